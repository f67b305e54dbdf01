// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The image autoencoder of HunyuanImage 2.1, 32 pixels a cell: sizes change by moving cells into channels and back,
// beside a residual that repeats or averages channels. Tencent, "HunyuanImage 2.1", 2025. diffusers
// AutoencoderKLHunyuanImage. Checked against the published header; there is no trace of it.
#include <algorithm>
#include <string>
#include <vector>

#include "diffjoule/models/autoencoder_call.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct HunyuanImageVaeConfig {
  explicit HunyuanImageVaeConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        out_channels(c.integer("out_channels", 3)),
        latent_channels(c.integer("latent_channels", 64)),
        channels(c.integers("block_out_channels", {128, 256, 512, 512, 1024, 1024})),
        resnets(c.integer("layers_per_block", 2)),
        spatial(c.integer("spatial_compression_ratio", 32)) {
    if (channels.empty() || channels.size() > 16)
      c.refuse("block_out_channels", std::to_string(channels.size()) + " widths", "1 to 16, one a level");
    if (resnets > 64) c.refuse("layers_per_block", std::to_string(resnets), "at most 64");
    if (spatial > 1024 || (spatial & (spatial - 1)) != 0)
      c.refuse("spatial_compression_ratio", std::to_string(spatial), "a power of two to 1024");
    if (!channels.empty() && spatial >= std::int64_t{1} << channels.size())
      c.refuse("spatial_compression_ratio", std::to_string(spatial), "fewer halvings than levels");
    for (const char* key : {"downsample_match_channel", "upsample_match_channel"}) {
      if (!c.flag(key, true)) c.unsupported(key, "false");
    }
  }
  // Counted from the outermost level by the encoder and from the innermost by the decoder.
  [[nodiscard]] bool resizes_after(std::size_t level) const {
    return (std::int64_t{1} << level) < spatial && level + 1 < channels.size();
  }
  std::int64_t in_channels, out_channels, latent_channels;
  std::vector<std::int64_t> channels;
  std::int64_t resnets, spatial;
};

constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};

Tensor resnet(Builder& b, const std::string& name, const Tensor& x, std::int64_t out) {
  auto scope = b.scope(name);
  Tensor y = b.convolution("conv1", b.silu(b.group_norm("norm1", x)), out);
  y = b.convolution("conv2", b.silu(b.group_norm("norm2", y)), out);
  return b.add(y, x.shape[1] == out ? x : b.convolution("conv_shortcut", x, out, pointwise));
}

Tensor attention(Builder& b, const Tensor& x) {
  auto scope = b.scope("attentions.0");
  const std::int64_t channels = x.shape[1], cells = x.shape[2] * x.shape[3];
  const Tensor normed = b.group_norm("norm", x);
  const auto projected = [&](std::string_view name) {
    return b.clone(b.view(b.convolution(name, normed, channels, pointwise), {x.shape[0], cells, channels}));
  };
  const Tensor q = projected("to_q"), k = projected("to_k"), v = projected("to_v");
  const Tensor y = b.view(b.attention(q, k, v, 1), x.shape);
  return b.add(b.convolution("proj", y, channels, pointwise), x);
}

Tensor middle(Builder& b, Tensor x) {
  auto scope = b.scope("mid_block");
  const std::int64_t width = x.shape[1];
  x = attention(b, resnet(b, "resnets.0", x, width));
  return resnet(b, "resnets.1", x, width);
}

Tensor enlarged(Builder& b, const Tensor& x, std::int64_t out) {
  const Shape larger{x.shape[0], out, 2 * x.shape[2], 2 * x.shape[3]};
  const Tensor y = b.clone(b.view(b.convolution("conv", x, 4 * out), larger));
  const Tensor repeated = b.clone(b.tensor({x.shape[0], 4 * out, x.shape[2], x.shape[3]}));
  return b.add(y, b.clone(b.view(repeated, larger)));
}

Tensor reduced(Builder& b, const Tensor& x, std::int64_t out) {
  const std::int64_t rows = x.shape[2] / 2, columns = x.shape[3] / 2, quarter = std::max<std::int64_t>(1, out / 4);
  const Tensor y = b.clone(b.view(b.convolution("conv", x, quarter), {x.shape[0], 4 * quarter, rows, columns}));
  const Tensor packed = b.clone(b.view(x, {x.shape[0], 4 * x.shape[1], rows, columns}));
  const std::int64_t group = std::max<std::int64_t>(1, packed.shape[1] / out);
  const Tensor mean = b.reduce(Reduction::Kind::mean, b.view(packed, {x.shape[0], out, group, rows, columns}), 2);
  return b.add(y, b.view(mean, y.shape));
}

void encode(Builder& b, const Tensor& image, const HunyuanImageVaeConfig& c) {
  auto scope = b.scope("encoder");
  Tensor x = b.convolution("conv_in", image, c.channels.front());
  std::int64_t index = 0;
  const auto next = [&index] { return "down_blocks." + std::to_string(index++); };
  for (std::size_t level = 0; level < c.channels.size(); ++level) {
    for (std::int64_t i = 0; i < c.resnets; ++i) x = resnet(b, next(), x, c.channels[level]);
    if (!c.resizes_after(level)) continue;
    auto block = b.scope(next());
    x = reduced(b, x, c.channels[level + 1]);
  }
  x = middle(b, x);
  const std::int64_t out = 2 * c.latent_channels, group = std::max<std::int64_t>(1, x.shape[1] / out);
  b.reduce(Reduction::Kind::mean, b.tensor({x.shape[0], out, group, x.shape[2], x.shape[3]}), 2);
  const Tensor y = b.convolution("conv_out", b.silu(b.group_norm("norm_out", x)), out);
  b.add(y, y);
}

void decode(Builder& b, const Tensor& latents, const HunyuanImageVaeConfig& c) {
  auto scope = b.scope("decoder");
  const std::size_t levels = c.channels.size();
  Tensor x = b.convolution("conv_in", latents, c.channels.back());
  x = middle(b, b.add(x, b.clone(x)));  // plus the latents, each channel repeated
  std::int64_t index = 0;
  const auto next = [&index] { return "up_blocks." + std::to_string(index++); };
  for (std::size_t level = 0; level < levels; ++level) {
    const std::int64_t width = c.channels[levels - 1 - level];
    for (std::int64_t i = 0; i <= c.resnets; ++i) x = resnet(b, next(), x, width);
    if (!c.resizes_after(level)) continue;
    auto block = b.scope(next());
    x = enlarged(b, x, c.channels[levels - 2 - level]);
  }
  b.convolution("conv_out", b.silu(b.group_norm("norm_out", x)), c.out_channels);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const HunyuanImageVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const LatentSize size = latent_size(call, c.spatial);
  build_halves(
      b, call,
      [&] {
        encode(b, b.tensor({call.batch, c.in_channels, size.rows * c.spatial, size.columns * c.spatial}), c);
      },
      [&] {
        decode(b, b.tensor({call.batch, c.latent_channels, size.rows, size.columns}), c);
      });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const HunyuanImageVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, c.spatial, 1};
}

}  // namespace

Architecture hunyuan_image_vae() {
  return {"HunyuanImage autoencoder",
          {"AutoencoderKLHunyuanImage"},
          Architecture::Role::autoencoder,
          build,
          latent,
          nullptr};
}

}  // namespace diffjoule::models
