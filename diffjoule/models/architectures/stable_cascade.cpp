// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The denoisers of Stable Cascade: stage C on 24 x 24 cells ("prior") and stage B on what it made ("decoder"), one
// network of ConvNeXt blocks, attention and timesteps. Pernias et al., "Würstchen", 2024. diffusers StableCascadeUNet.
#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct CascadeConfig {
  explicit CascadeConfig(Config& c)
      : in_channels(c.integer("in_channels", 16)),
        out_channels(c.integer("out_channels", 16)),
        step_width(c.integer("timestep_ratio_embedding_dim", 64)),
        patch(c.integer("patch_size", 1)),
        condition_width(c.integer("conditioning_dim", 2048)),
        channels(c.integers("block_out_channels", {2048, 2048})),
        heads(c.integers("num_attention_heads", {32, 32}, 0, 0)),
        down_layers(c.integers("down_num_layers_per_block", {8, 24})),
        up_layers(c.integers("up_num_layers_per_block", {24, 8})),
        down_repeats(c.integers("down_blocks_repeat_mappers", std::vector<std::int64_t>(channels.size(), 1))),
        up_repeats(c.integers("up_blocks_repeat_mappers", std::vector<std::int64_t>(channels.size(), 1))),
        pooled_text(c.integer("clip_text_pooled_in_channels", 1280)),
        text(c.integer("clip_text_in_channels", 0, 0)),
        image(c.integer("clip_image_in_channels", 0, 0)),
        condition_tokens(c.integer("clip_seq", 4)),
        stage_c(c.integer("effnet_in_channels", 0, 0)),
        pixels(c.integer("pixel_mapper_in_channels", 0, 0)),
        kernel(c.integer("kernel_size", 3)),
        conditions(c.texts("timestep_conditioning_type", {"sca", "crp"})),
        resizes(c.is_null("switch_level")) {
    read_types(c);
    constexpr std::int64_t most_layers = 256;
    for (const auto& [key, list] :
         {std::pair{"num_attention_heads", &heads}, std::pair{"down_num_layers_per_block", &down_layers},
          std::pair{"up_num_layers_per_block", &up_layers}, std::pair{"down_blocks_repeat_mappers", &down_repeats},
          std::pair{"up_blocks_repeat_mappers", &up_repeats}}) {
      if (list->size() != channels.size())
        c.refuse(key, std::to_string(list->size()) + " numbers", std::to_string(channels.size()) + ", one a level");
      if (std::any_of(list->begin(), list->end(), [](std::int64_t n) { return n > most_layers; }))
        c.refuse(key, "a number above " + std::to_string(most_layers), "at most that");
    }
    if (channels.empty() || channels.size() > 16)
      c.refuse("block_out_channels", std::to_string(channels.size()) + " widths", "1 to 16, one a level");
    if (kernel % 2 == 0) c.refuse("kernel_size", std::to_string(kernel), "an odd number");
    // Levels of one size can be told to change it; the published networks are told not to.
    if (const io::Document* levels = c.find("switch_level"); levels != nullptr && levels->array() != nullptr) {
      for (const io::Document& level : *levels->array()) {
        if (level.boolean() == nullptr || *level.boolean()) c.unsupported("switch_level", "a level that is switched");
      }
    }
  }
  void read_types(Config& c) {
    const io::Document* levels = c.find("block_types_per_layer");
    if (levels == nullptr || levels->array() == nullptr || levels->array()->size() != channels.size()) {
      c.refuse("block_types_per_layer", "no list of a list a level", "one a level");
      return;
    }
    for (const io::Document& level : *levels->array()) {
      std::vector<std::string>& list = types.emplace_back();
      if (level.array() == nullptr || level.array()->size() > 8) continue;
      for (const io::Document& type : *level.array()) {
        list.push_back(type.text() == nullptr ? "" : *type.text());
        if (list.back() != "SDCascadeResBlock" && list.back() != "SDCascadeTimestepBlock" &&
            list.back() != "SDCascadeAttnBlock")
          c.refuse("block_types_per_layer", "\"" + list.back() + "\"",
                   "SDCascadeResBlock, SDCascadeTimestepBlock or SDCascadeAttnBlock");
      }
    }
  }
  std::int64_t in_channels, out_channels, step_width, patch, condition_width;
  std::vector<std::int64_t> channels, heads, down_layers, up_layers, down_repeats, up_repeats;
  std::int64_t pooled_text, text, image, condition_tokens;
  std::int64_t stage_c, pixels;  // channels of what stage B is given beside the latents, 0: nothing
  std::int64_t kernel;
  std::vector<std::string> conditions;
  bool resizes;
  std::vector<std::vector<std::string>> types;
};

constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};

class Cascade {
 public:
  Cascade(Builder& b, const CascadeConfig& c, const Call& call) : b_(b), c_(c) {
    step_ = step(call.batch);
    for (std::size_t i = 0; i < c_.conditions.size(); ++i) step(call.batch);
    condition_ = condition(call);
  }

  void forward(const Call& call) {
    const std::size_t levels = c_.channels.size();
    Tensor x = embedded(call);
    std::vector<Tensor> skips;
    for (std::size_t level = 0; level < levels; ++level) {
      if (level > 0) x = resized("down_downscalers", level, x, c_.channels[level], false);
      x = repeated("down", level, level, c_.down_layers[level], c_.down_repeats[level], x, std::nullopt);
      skips.push_back(x);
    }
    for (std::size_t i = 0; i < levels; ++i) {
      const std::size_t level = levels - 1 - i;
      const std::optional<Tensor> skip = i > 0 ? std::optional(skips[level]) : std::nullopt;
      x = repeated("up", i, level, c_.up_layers[i], c_.up_repeats[i], x, skip);
      if (level > 0) x = resized("up_upscalers", i, x, c_.channels[level - 1], true);
    }
    auto scope = b_.scope("clf");
    x = b_.convolution("1", norm(x), c_.out_channels * c_.patch * c_.patch, pointwise);
    b_.shuffle(x, {x.shape[0], c_.out_channels, x.shape[2] * c_.patch, x.shape[3] * c_.patch});
  }

 private:
  Tensor channels_last(const Tensor& x) { return b_.view(x, {x.shape[0], x.shape[2], x.shape[3], x.shape[1]}); }
  Tensor channels_first(const Tensor& x) { return b_.view(x, {x.shape[0], x.shape[3], x.shape[1], x.shape[2]}); }
  // Over channels, without weights.
  Tensor norm(const Tensor& x) { return channels_first(b_.layer_norm("", channels_last(x))); }

  Tensor step(std::int64_t batch) {
    const std::int64_t half = std::max<std::int64_t>(1, c_.step_width / 2);
    const Tensor frequencies = b_.elementwise(Elementwise::Kind::exp, b_.mul(b_.tensor({half})));
    const Tensor angles = b_.mul(b_.tensor({batch, 1}), b_.view(frequencies, {1, half}));
    return b_.concatenate(
        {b_.elementwise(Elementwise::Kind::sin, angles), b_.elementwise(Elementwise::Kind::cos, angles)}, -1);
  }

  // Pooled text, and where the network reads them the text's tokens and an image, as one sequence.
  Tensor condition(const Call& call) {
    const std::int64_t n = call.batch, width = c_.condition_width, all = c_.condition_tokens * width;
    const Tensor pooled = b_.linear("clip_txt_pooled_mapper", b_.tensor({n, c_.pooled_text}), all);
    Tensor sequence = b_.view(pooled, {n, c_.condition_tokens, width});
    std::optional<Tensor> text, image;
    if (c_.text > 0) text = b_.linear("clip_txt_mapper", b_.tensor({n, call.text_tokens, c_.text}), width);
    if (c_.image > 0)
      image = b_.view(b_.linear("clip_img_mapper", b_.tensor({n, c_.image}), all), {n, c_.condition_tokens, width});
    if (text && image) sequence = b_.concatenate({*text, sequence, *image}, 1);
    return b_.layer_norm("", sequence);
  }

  Tensor mapper(std::string_view name, const Tensor& x) {
    auto scope = b_.scope(name);
    const std::int64_t width = c_.channels.front();
    return norm(b_.convolution("2", b_.gelu(b_.convolution("0", x, 4 * width, pointwise)), width, pointwise));
  }

  Tensor embedded(const Call& call) {
    const std::int64_t rows = call.height / c_.patch, columns = call.width / c_.patch, width = c_.channels.front();
    Tensor x = b_.shuffle(b_.tensor({call.batch, c_.in_channels, call.height, call.width}),
                          {call.batch, c_.in_channels * c_.patch * c_.patch, rows, columns});
    {
      auto scope = b_.scope("embedding");
      x = norm(b_.convolution("1", x, width, pointwise));
    }
    if (c_.stage_c > 0) {
      // Stage C's latents, whose own size only their bytes depend on: read as one cell.
      const Tensor enlarged =
          b_.upsample_to(b_.tensor({call.batch, c_.stage_c, 1, 1}), x.shape, Resampling::Kind::bilinear);
      x = b_.add(x, mapper("effnet_mapper", enlarged));
    }
    if (c_.pixels > 0) {
      constexpr std::int64_t side = 8;  // of the zeros that stand for no image
      const Tensor mapped = mapper("pixels_mapper", b_.tensor({call.batch, c_.pixels, side, side}));
      x = b_.add(x, b_.upsample_to(mapped, x.shape, Resampling::Kind::bilinear));
    }
    return x;
  }

  // x over its norm over the image, scaled and shifted: Woo et al., "ConvNeXt V2", 2023.
  Tensor response_norm(const Tensor& x) {
    auto scope = b_.scope("channelwise.2");
    const std::int64_t width = x.shape[-1];
    b_.parameter("gamma", {1, 1, 1, width});
    b_.parameter("beta", {1, 1, 1, width});
    const Tensor flat = b_.view(x, {x.shape[0], x.shape[1] * x.shape[2], width});
    const Tensor length = b_.reduce(Reduction::Kind::vector_norm, flat, 1);
    const Tensor mean = b_.add(b_.reduce(Reduction::Kind::mean, length, -1));
    const Tensor relative = b_.elementwise(Elementwise::Kind::div, length, mean);
    const Tensor weight = b_.tensor({1, 1, 1, width});
    const Tensor scaled = b_.mul(weight, b_.mul(x, b_.view(relative, {x.shape[0], 1, 1, width})));
    return b_.add(b_.add(scaled, weight), x);
  }

  Tensor residual(const Tensor& x, const std::optional<Tensor>& skip) {
    const std::int64_t width = x.shape[1];
    const ConvolutionOptions depthwise{.kernel = c_.kernel, .padding = c_.kernel / 2, .groups = width};
    Tensor y = norm(b_.convolution("depthwise", x, width, depthwise));
    if (skip) y = b_.concatenate({y, *skip}, 1);
    constexpr std::int64_t mlp_ratio = 4;
    y = response_norm(b_.gelu(b_.linear("channelwise.0", channels_last(y), mlp_ratio * width)));
    return b_.add(channels_first(b_.linear("channelwise.4", y, width)), x);
  }

  Tensor timestep(const Tensor& x) {
    const std::int64_t width = x.shape[1];
    const auto halves = [&](const std::string& name) {
      const Tensor both = b_.linear(name, step_, 2 * width);
      return b_.view(b_.narrow(both, -1, width), {both.shape[0], width, 1, 1});
    };
    Tensor half = halves("mapper");
    for (const std::string& name : c_.conditions) {
      const Tensor more = halves("mapper_" + name);
      b_.add(half, more);  // of the scale
      half = b_.add(half, more);
    }
    return b_.add(b_.mul(x, b_.add(half)), half);
  }

  Tensor attend(const Tensor& x, std::int64_t heads) {
    const std::int64_t width = x.shape[1];
    const Tensor more = b_.linear("kv_mapper.1", b_.silu(condition_), width);
    const Tensor tokens = b_.view(norm(x), {x.shape[0], x.shape[2] * x.shape[3], width});
    const Tensor context = b_.concatenate({tokens, more}, 1);
    const Tensor y = attention_layer(b_, "attention", tokens, context, {.heads = heads, .width = width});
    return b_.add(x, b_.view(y, x.shape));
  }

  // All layers of a level. They are equal but for the first, which may read a skip; their blocks take turns.
  Tensor blocks(const std::string& direction, std::size_t block, std::size_t level, std::int64_t layers, Tensor x,
                const std::optional<Tensor>& skip) {
    auto scope = b_.scope(direction + "_blocks." + std::to_string(block));
    const std::vector<std::string>& types = c_.types[level];
    const auto kinds = static_cast<std::int64_t>(types.size());
    for (std::int64_t kind = 0; kind < kinds; ++kind) {
      const std::string& type = types[static_cast<std::size_t>(kind)];
      const auto one = [&](const std::optional<Tensor>& joined) {
        if (type == "SDCascadeResBlock") x = residual(x, joined);
        if (type == "SDCascadeTimestepBlock") x = timestep(x);
        if (type == "SDCascadeAttnBlock") x = attend(x, c_.heads[level]);
      };
      const bool joins = kind == 0 && skip;
      if (joins) {
        auto first = b_.repeat("", 1);
        one(skip);
      }
      const std::int64_t others = layers - (joins ? 1 : 0);
      if (others == 0) continue;
      auto inner = b_.repeat("", others, kind + (joins ? kinds : 0), kinds);
      one(std::nullopt);
    }
    return x;
  }

  // The same blocks several times, with a convolution of its own after each but the last.
  Tensor repeated(const std::string& direction, std::size_t block, std::size_t level, std::int64_t layers,
                  std::int64_t times, Tensor x, const std::optional<Tensor>& skip) {
    x = blocks(direction, block, level, layers, x, skip);
    if (times == 1) return x;
    {
      auto mappers = b_.scope(direction + "_repeat_mappers." + std::to_string(block));
      auto each = b_.repeat("", times - 1);
      x = b_.convolution("", x, x.shape[1], pointwise);
    }
    auto again = b_.again(times - 1);
    return blocks(direction, block, level, layers, x, skip);
  }

  // Between levels: to half or twice the size, or a change of width alone.
  Tensor resized(const std::string& modules, std::size_t index, const Tensor& x, std::int64_t width, bool up) {
    auto scope = b_.scope(modules + "." + std::to_string(index));
    const Tensor normed = norm(x);
    if (!c_.resizes) return b_.convolution(up ? "1.blocks.1" : "1.blocks.0", normed, width, pointwise);
    if (up) return b_.transposed_convolution("1", normed, width, {2, 2}, {2, 2}, {0, 0});
    return b_.convolution("1", normed, width, {.kernel = 2, .stride = 2, .padding = 0});
  }

  Builder& b_;
  const CascadeConfig& c_;
  Tensor step_, condition_;
};

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const CascadeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  Cascade(b, c, call).forward(call);
  return finished(b, config);
}

}  // namespace

Architecture stable_cascade() {
  return {
      "Stable Cascade stages B and C", {"StableCascadeUNet"}, Architecture::Role::denoiser, build, nullptr, nullptr};
}

}  // namespace diffjoule::models
