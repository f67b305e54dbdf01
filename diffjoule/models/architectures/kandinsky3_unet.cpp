// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The U-Net of Kandinsky 3: bottleneck residual blocks whose norms the timestep scales and shifts, one self-attention a
// level and one attention to the text a layer. Arkhipkin et al., "Kandinsky 3.0 Technical Report", 2023. diffusers
// Kandinsky3UNet. Checked against the published header; there is no trace of it.
#include <array>
#include <optional>
#include <utility>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct Kandinsky3Config {
  explicit Kandinsky3Config(Config& c)
      : in_channels(c.integer("in_channels", 4)),
        time_width(c.integer("time_embedding_dim", 1536)),
        head_width(c.integer("attention_head_dim", 64)),
        layers(c.integer("layers_per_block", 3)),
        channels(c.integers("block_out_channels", {384, 768, 1536, 3072})),
        text_width(c.integer("cross_attention_dim", 4096)),
        text_in(c.integer("encoder_hid_dim", 4096)) {
    if (channels.empty() || channels.size() > 16 || channels.front() < 2)
      c.refuse("block_out_channels", std::to_string(channels.size()) + " widths", "1 to 16 widths from 2, one a level");
    if (layers < 2 || layers > 64) c.refuse("layers_per_block", std::to_string(layers), "2 to 64");
  }
  std::int64_t in_channels, time_width, head_width, layers;
  std::vector<std::int64_t> channels;
  std::int64_t text_width, text_in;

  [[nodiscard]] std::int64_t first() const { return channels.empty() ? 1 : channels.front() / 2; }
};

constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};
constexpr ConvolutionOptions pointwise_without_bias{.kernel = 1, .stride = 1, .padding = 0, .bias = Bias::no};
constexpr ConvolutionOptions halving{.kernel = 2, .stride = 2, .padding = 0};

enum class Resize { none, up, down };

class Kandinsky3 {
 public:
  Kandinsky3(Builder& b, const Kandinsky3Config& c, const Call& call) : b_(b), c_(c) {
    time_ = embedding_mlp(b_, "time_embedding", timestep_sinusoids(b_, call.batch, c_.first()), c_.time_width);
    {
      auto scope = b_.scope("encoder_hid_proj");
      const Tensor text = b_.tensor({call.batch, call.text_tokens, c_.text_in});
      text_ = b_.layer_norm("projection_norm", b_.linear("projection_linear", text, c_.text_width, Bias::no));
    }
    auto scope = b_.scope("add_time_condition");
    const Tensor mean = b_.reduce(Reduction::Kind::mean, text_, 1);
    const Tensor pooled = attention(mean, text_, c_.time_width);
    time_ = b_.add(time_, b_.view(pooled, {call.batch, c_.time_width}));
  }

  void forward(const Call& call) {
    const std::size_t levels = c_.channels.size();
    Tensor x = b_.convolution("conv_in", b_.tensor({call.batch, c_.in_channels, call.height, call.width}), c_.first());
    std::vector<Tensor> skips;
    for (std::size_t i = 0; i < levels; ++i) {
      auto scope = b_.scope("down_blocks." + std::to_string(i));
      x = down(x, c_.channels[i], i > 0, i + 1 < levels);
      if (i + 1 < levels) skips.push_back(x);
    }
    for (std::size_t i = 0; i < levels; ++i) {
      auto scope = b_.scope("up_blocks." + std::to_string(i));
      const std::size_t level = levels - 1 - i;
      if (i > 0) {
        x = b_.concatenate({x, skips.back()}, 1);
        skips.pop_back();
      }
      x = up(x, c_.channels[level], level > 0 ? c_.channels[level - 1] : c_.first(), level > 0, i > 0);
    }
    b_.convolution("conv_out", b_.silu(b_.group_norm("conv_norm_out", x)), c_.in_channels);
  }

 private:
  // Without biases on the way in and out; masked where it looks at the text.
  Tensor attention(const Tensor& x, const Tensor& context, std::int64_t width) {
    auto scope = b_.scope("attention");
    const std::int64_t heads = std::max<std::int64_t>(1, width / c_.head_width);
    const Tensor q = b_.linear("to_q", x, width, Bias::no), k = b_.linear("to_k", context, width, Bias::no),
                 v = b_.linear("to_v", context, width, Bias::no);
    const Tensor mixed = b_.clone(b_.attention(q, k, v, heads, {.masked = context.shape[1] != x.shape[1]}));
    return b_.div(b_.linear("to_out.0", mixed, width, Bias::no));  // by rescale_output_factor
  }

  Tensor conditional_norm(std::string_view name, const Tensor& x) {
    auto scope = b_.scope(name);
    const std::int64_t width = x.shape[1];
    const Tensor both = b_.linear("context_mlp.1", b_.silu(time_), 2 * width);
    const Tensor half = b_.view(b_.narrow(both, -1, width), {both.shape[0], width, 1, 1});
    return b_.add(b_.mul(b_.group_norm("", x), b_.add(half)), half);
  }

  Tensor resnet(const std::string& name, const Tensor& x, std::int64_t out, Resize resize = Resize::none) {
    auto scope = b_.scope(name);
    constexpr std::int64_t compression = 2;
    const std::int64_t in = x.shape[1], hidden = std::max<std::int64_t>(1, std::max(in, out) / compression);
    const std::array<std::pair<std::int64_t, std::int64_t>, 4> steps{{{hidden, 1}, {hidden, 3}, {hidden, 3}, {out, 1}}};
    constexpr std::size_t enlarges = 1, reduces = 2;  // which of the four also resizes
    Tensor y = x;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      auto block = b_.scope("resnet_blocks." + std::to_string(i));
      y = b_.silu(conditional_norm("group_norm", y));
      if (resize == Resize::up && i == enlarges) y = enlarged("up_sample", y);
      y = b_.convolution("projection", y, steps[i].first, {.kernel = steps[i].second, .padding = steps[i].second / 2});
      if (resize == Resize::down && i == reduces) y = b_.convolution("down_sample", y, y.shape[1], halving);
    }
    Tensor skip = resize == Resize::up ? enlarged("shortcut_up_sample", x) : x;
    if (in != out) skip = b_.convolution("shortcut_projection", skip, out, pointwise);
    if (resize == Resize::down) skip = b_.convolution("shortcut_down_sample", skip, out, halving);
    return b_.add(skip, y);
  }
  Tensor enlarged(std::string_view name, const Tensor& x) {
    return b_.transposed_convolution(name, x, x.shape[1], {2, 2}, {2, 2}, {0, 0});
  }

  Tensor attend(std::int64_t index, const Tensor& x, const std::optional<Tensor>& context) {
    auto scope = b_.scope("attentions." + std::to_string(index));
    const std::int64_t width = x.shape[1];
    const Tensor tokens = b_.view(conditional_norm("in_norm", x), {x.shape[0], x.shape[2] * x.shape[3], width});
    Tensor y = b_.add(x, b_.view(attention(tokens, context.value_or(tokens), width), x.shape));
    constexpr std::int64_t expansion = 4;
    const Tensor normed = conditional_norm("out_norm", y);
    auto inner = b_.scope("feed_forward");
    const Tensor wide = b_.silu(b_.convolution("0", normed, expansion * width, pointwise_without_bias));
    return b_.add(y, b_.convolution("2", wide, width, pointwise_without_bias));
  }

  // A layer: a residual block, attention to the text, a residual block. Self-attention is module 0 of the level.
  Tensor layer(std::int64_t i, Tensor x, std::int64_t middle, std::int64_t out, bool attends, Resize in_resize,
               Resize out_resize) {
    const std::string index = std::to_string(i);
    x = resnet("resnets_in." + index, x, middle, in_resize);
    if (attends) x = attend(i + 1, x, text_);
    return resnet("resnets_out." + index, x, out, out_resize);
  }

  Tensor down(Tensor x, std::int64_t width, bool attends, bool halves) {
    if (attends) x = attend(0, x, std::nullopt);
    for (std::int64_t i = 0; i < c_.layers; ++i)
      x = layer(i, x, width, width, attends, Resize::none, halves && i + 1 == c_.layers ? Resize::down : Resize::none);
    return x;
  }

  Tensor up(Tensor x, std::int64_t width, std::int64_t next, bool attends, bool doubles) {
    for (std::int64_t i = 0; i < c_.layers; ++i) {
      const std::int64_t in = x.shape[1], out = i == 0 ? width : (i + 1 == c_.layers ? next : width);
      x = layer(i, x, in, out, attends, doubles && i == 0 ? Resize::up : Resize::none, Resize::none);
    }
    return attends ? attend(0, x, std::nullopt) : x;
  }

  Builder& b_;
  const Kandinsky3Config& c_;
  Tensor time_, text_;
};

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const Kandinsky3Config c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  Kandinsky3(b, c, call).forward(call);
  return finished(b, config);
}

}  // namespace

Architecture kandinsky3_unet() {
  return {"Kandinsky 3 U-Net", {"Kandinsky3UNet"}, Architecture::Role::denoiser, build, nullptr, nullptr};
}

}  // namespace diffjoule::models
