// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The autoencoder of Kandinsky 2.2 and 3, MoVQ: an image autoencoder with a codebook whose decoder's norms are scaled
// and shifted by the latents themselves. Zheng et al., "MoVQ: Modulating Quantized Vectors for High-Fidelity Image
// Generation", 2022. diffusers VQModel with norm_type "spatial"; the pipelines decode latents as they are, without the
// codebook.
#include <optional>
#include <string>
#include <utility>

#include "diffjoule/models/autoencoder_call.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/unet_blocks.h"

namespace diffjoule::models {
namespace {

struct MovqConfig {
  explicit MovqConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        out_channels(c.integer("out_channels", 3)),
        latent_channels(c.integer("latent_channels", 3)),
        codes(c.integer("num_vq_embeddings", 256)),
        channels(c.integers("block_out_channels", {64})),
        resnets(c.integer("layers_per_block", 1)),
        down(c.texts("down_block_types", {"DownEncoderBlock2D"})),
        up(c.texts("up_block_types", {"UpDecoderBlock2D"})) {
    code_width = c.integer("vq_embed_dim", latent_channels);
    if (channels.empty() || channels.size() > 16)
      c.refuse("block_out_channels", std::to_string(channels.size()) + " widths", "1 to 16, one a level");
    if (resnets > 64) c.refuse("layers_per_block", std::to_string(resnets), "at most 64");
    if (down.size() != channels.size() || up.size() != channels.size())
      c.refuse("down_block_types", std::to_string(down.size()) + " and " + std::to_string(up.size()) + " types",
               std::to_string(channels.size()) + ", one a level, and as many up_block_types");
    if (c.text("norm_type", "group") != "spatial")
      c.unsupported("norm_type", "\"" + c.text("norm_type", "group") + "\"");
    if (!c.flag("mid_block_add_attention", true)) c.unsupported("mid_block_add_attention", "false");
  }
  std::int64_t in_channels, out_channels, latent_channels, codes;
  std::vector<std::int64_t> channels;
  std::int64_t resnets;
  std::vector<std::string> down, up;
  std::int64_t code_width = 4;

  [[nodiscard]] std::int64_t factor() const { return std::int64_t{1} << (channels.size() - 1); }
};

constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};

// One half of the autoencoder. With latents given, every norm reads them.
class Half {
 public:
  Half(Builder& b, const MovqConfig& c, std::optional<Tensor> latents = std::nullopt)
      : b_(b), c_(c), latents_(latents) {}

  void encode(const Tensor& image) {
    {
      auto scope = b_.scope("encoder");
      Tensor x = b_.convolution("conv_in", image, c_.channels.front());
      for (std::size_t level = 0; level < c_.channels.size(); ++level) {
        auto block = b_.scope("down_blocks." + std::to_string(level));
        x = layers(x, c_.resnets, c_.channels[level], c_.down[level].starts_with("Attn"));
        if (level + 1 == c_.channels.size()) break;
        auto sampler = b_.scope("downsamplers.0");
        const Tensor padded = b_.pad(x, x.shape.with(2, x.shape[2] + 1).with(3, x.shape[3] + 1));
        x = b_.convolution("conv", padded, c_.channels[level], {.stride = 2, .padding = 0});
      }
      b_.convolution("conv_out", b_.silu(norm("conv_norm_out", middle(x))), c_.latent_channels);
    }
    b_.convolution(
        "quant_conv",
        b_.tensor({image.shape[0], c_.latent_channels, image.shape[2] / c_.factor(), image.shape[3] / c_.factor()}),
        c_.code_width, pointwise);
  }

  void decode() {
    Tensor x = b_.convolution("post_quant_conv", *latents_, c_.latent_channels, pointwise);
    auto scope = b_.scope("decoder");
    x = middle(b_.convolution("conv_in", x, c_.channels.back()));
    for (std::size_t level = 0; level < c_.channels.size(); ++level) {
      auto block = b_.scope("up_blocks." + std::to_string(level));
      const std::int64_t channels = c_.channels[c_.channels.size() - 1 - level];
      x = layers(x, c_.resnets + 1, channels, c_.up[level].starts_with("Attn"));
      if (level + 1 < c_.channels.size()) x = upsample_block(b_, x);
    }
    b_.convolution("conv_out", b_.silu(norm("conv_norm_out", x)), c_.out_channels);
  }

 private:
  // A group norm, in the decoder times one projection of the latents plus another.
  Tensor norm(const char* name, const Tensor& x) {
    const Tensor input = channels_last_ ? b_.clone(x) : x;
    if (!latents_) return b_.group_norm(name, input);
    auto scope = b_.scope(name);
    const Tensor at_size = b_.upsample_to(*latents_, x.shape);
    const Tensor normed = b_.group_norm("norm_layer", input);
    const Tensor scaled = b_.mul(normed, b_.convolution("conv_y", at_size, x.shape[1], pointwise));
    return b_.add(scaled, b_.convolution("conv_b", at_size, x.shape[1], pointwise));
  }

  Tensor resnet(std::int64_t index, const Tensor& x, std::int64_t channels) {
    auto scope = b_.scope("resnets." + std::to_string(index));
    Tensor y = b_.convolution("conv1", b_.silu(norm("norm1", x)), channels);
    const bool outer = std::exchange(channels_last_, false);  // what a convolution returns
    y = b_.convolution("conv2", b_.silu(norm("norm2", y)), channels);
    channels_last_ = outer;
    const Tensor skip = x.shape[1] == channels ? x : b_.convolution("conv_shortcut", x, channels, pointwise);
    return b_.div(b_.add(skip, y));  // by output_scale_factor
  }

  // One head as wide as the channels. Its result has channels innermost, and residuals pass that on.
  Tensor attend(std::int64_t index, const Tensor& x) {
    auto scope = b_.scope("attentions." + std::to_string(index));
    const std::int64_t width = x.shape[1];
    const Tensor normed = norm(latents_ ? "spatial_norm" : "group_norm", x);
    const Tensor tokens = b_.view(normed, {x.shape[0], x.shape[2] * x.shape[3], width});
    const Tensor q = linear_of_view(b_, "to_q", tokens, width), k = linear_of_view(b_, "to_k", tokens, width),
                 v = linear_of_view(b_, "to_v", tokens, width);
    const Tensor y = b_.linear("to_out.0", b_.attention(q, k, v, 1), width);
    channels_last_ = true;
    return b_.div(b_.add(b_.view(y, x.shape), x));  // by rescale_output_factor
  }

  Tensor layers(Tensor x, std::int64_t count, std::int64_t channels, bool attention) {
    for (std::int64_t i = 0; i < count; ++i) {
      x = resnet(i, x, channels);
      if (attention) x = attend(i, x);
    }
    return x;
  }

  Tensor middle(Tensor x) {
    auto scope = b_.scope("mid_block");
    x = attend(0, resnet(0, x, c_.channels.back()));
    return resnet(1, x, c_.channels.back());
  }

  Builder& b_;
  const MovqConfig& c_;
  std::optional<Tensor> latents_;
  bool channels_last_ = false;
};

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const MovqConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const LatentSize size = latent_size(call, c.factor());
  b.parameter("quantize.embedding.weight", {c.codes, c.code_width});
  build_halves(
      b, call,
      [&] {
        Half(b, c).encode(b.tensor({call.batch, c.in_channels, size.rows * c.factor(), size.columns * c.factor()}));
      },
      [&] {
        Half(b, c, b.tensor({call.batch, c.code_width, size.rows, size.columns})).decode();
      });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const MovqConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, c.factor(), 1};
}

}  // namespace

Architecture vq_model() {
  return {"MoVQ autoencoder", {"VQModel"}, Architecture::Role::autoencoder, build, latent, nullptr};
}

}  // namespace diffjoule::models
