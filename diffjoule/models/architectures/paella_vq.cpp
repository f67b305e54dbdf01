// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The autoencoder of Stable Cascade (stage A): few mixing blocks at a quarter of the image's size. Rampas et al.,
// "Paella", 2022; Pernias et al., "Würstchen", 2024. diffusers PaellaVQModel; the pipeline decodes latents as they are,
// without the codebook.
#include "diffjoule/models/autoencoder_call.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct PaellaConfig {
  explicit PaellaConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        out_channels(c.integer("out_channels", 3)),
        fold(c.integer("up_down_scale_factor", 2)),
        levels(c.integer("levels", 2)),
        bottleneck(c.integer("bottleneck_blocks", 12)),
        width(c.integer("embed_dim", 384)),
        latent_channels(c.integer("latent_channels", 4)),
        codes(c.integer("num_vq_embeddings", 8192)) {
    if (levels > 8) c.refuse("levels", std::to_string(levels), "at most 8");
    if (bottleneck > 256) c.refuse("bottleneck_blocks", std::to_string(bottleneck), "at most 256");
    if (fold > 64) c.refuse("up_down_scale_factor", std::to_string(fold), "at most 64");
    if (levels <= 8 && width >> (levels - 1) == 0) c.refuse("embed_dim", std::to_string(width), "one a level at least");
  }
  // Of a level, 0 the outermost.
  [[nodiscard]] std::int64_t channels(std::int64_t level) const { return width >> (levels - 1 - level); }
  [[nodiscard]] std::int64_t factor() const { return fold << (levels - 1); }
  std::int64_t in_channels, out_channels, fold, levels, bottleneck, width, latent_channels, codes;
};

constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};

Tensor mixing_block(Builder& b, const Tensor& x) {
  b.parameter("gammas", {6});
  const std::int64_t width = x.shape[1];
  const Shape last{x.shape[0], x.shape[2], x.shape[3], width};
  const Tensor gamma = b.tensor({1});
  const auto normed = [&](const Tensor& t) {
    const Tensor n = b.layer_norm("", b.view(t, last));
    return b.add(b.mul(n, b.add(gamma)), gamma);
  };
  const Tensor framed =
      b.replicate(b.view(normed(x), x.shape), x.shape.with(2, x.shape[2] + 2).with(3, x.shape[3] + 2));
  const Tensor mixed = b.convolution("depthwise.1", framed, width, {.kernel = 3, .padding = 0, .groups = width});
  const Tensor y = b.add(x, b.mul(mixed, gamma));
  constexpr std::int64_t mlp_ratio = 4;
  const Tensor wide = b.gelu(b.linear("channelwise.0", normed(y), mlp_ratio * width));
  return b.add(y, b.mul(b.view(b.linear("channelwise.2", wide, width), x.shape), gamma));
}

void encode(Builder& b, const Tensor& image, const PaellaConfig& c) {
  Tensor x = b.shuffle(
      image, {image.shape[0], c.in_channels * c.fold * c.fold, image.shape[2] / c.fold, image.shape[3] / c.fold});
  x = b.convolution("in_block.1", x, c.channels(0), pointwise);
  std::int64_t index = 0;
  for (std::int64_t level = 0; level < c.levels; ++level) {
    if (level > 0)
      x = b.convolution("down_blocks." + std::to_string(index++), x, c.channels(level),
                        {.kernel = 4, .stride = 2, .padding = 1});
    auto scope = b.scope("down_blocks." + std::to_string(index++));
    x = mixing_block(b, x);
  }
  auto scope = b.scope("down_blocks." + std::to_string(index));
  x = b.convolution("0", x, c.latent_channels, {.kernel = 1, .padding = 0, .bias = Bias::no});
  auto batch_norm = b.scope("1");
  b.parameter("weight", {c.latent_channels});
  b.parameter("bias", {c.latent_channels});
  b.buffer("running_mean", {c.latent_channels});
  b.buffer("running_var", {c.latent_channels});
  b.buffer("num_batches_tracked", {});
  b.add(b.mul(x));
}

void decode(Builder& b, const Tensor& latents, const PaellaConfig& c) {
  Tensor x = b.convolution("up_blocks.0.0", latents, c.width, pointwise);
  std::int64_t index = 1;
  for (std::int64_t level = c.levels - 1; level >= 0; --level) {
    const std::int64_t blocks = level == c.levels - 1 ? c.bottleneck : 1;
    {
      auto scope = b.repeat("up_blocks", blocks, index);
      x = mixing_block(b, x);
    }
    index += blocks;
    if (level > 0)
      x = b.transposed_convolution("up_blocks." + std::to_string(index++), x, c.channels(level - 1), {4, 4}, {2, 2},
                                   {1, 1});
  }
  x = b.convolution("out_block.0", x, c.out_channels * c.fold * c.fold, pointwise);
  b.shuffle(x, {x.shape[0], c.out_channels, x.shape[2] * c.fold, x.shape[3] * c.fold});
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const PaellaConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const LatentSize size = latent_size(call, c.factor());
  b.parameter("vquantizer.embedding.weight", {c.codes, c.latent_channels});
  build_halves(
      b, call,
      [&] {
        encode(b, b.tensor({call.batch, c.in_channels, size.rows * c.factor(), size.columns * c.factor()}), c);
      },
      [&] {
        decode(b, b.tensor({call.batch, c.latent_channels, size.rows, size.columns}), c);
      });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const PaellaConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, c.factor(), 1};
}

}  // namespace

Architecture paella_vq() {
  return {"Paella autoencoder", {"PaellaVQModel"}, Architecture::Role::autoencoder, build, latent, nullptr};
}

}  // namespace diffjoule::models
