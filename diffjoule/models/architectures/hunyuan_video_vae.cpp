// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The causal video autoencoder of HunyuanVideo: the image autoencoder's plan over frames, decoded in overlapping tiles
// of five latent frames. Kong et al., "HunyuanVideo", 2024. diffusers AutoencoderKLHunyuanVideo.
#include <algorithm>
#include <string>
#include <vector>

#include "diffjoule/models/autoencoder_call.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/tiling.h"

namespace diffjoule::models {
namespace {

struct HunyuanVaeConfig {
  explicit HunyuanVaeConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        out_channels(c.integer("out_channels", 3)),
        latent_channels(c.integer("latent_channels", 16)),
        channels(c.integers("block_out_channels", {128, 256, 512, 512})),
        resnets(c.integer("layers_per_block", 2)),
        spatial(c.integer("spatial_compression_ratio", 8)),
        temporal(c.integer("temporal_compression_ratio", 4)),
        attention(c.flag("mid_block_add_attention", true)) {
    if (channels.empty() || channels.size() > 16)
      c.refuse("block_out_channels", std::to_string(channels.size()) + " widths", "1 to 16, one a level");
    if (resnets > 64) c.refuse("layers_per_block", std::to_string(resnets), "at most 64");
    if (spatial > 64 || temporal > 64) c.refuse("spatial_compression_ratio", std::to_string(spatial), "at most 64");
  }
  // Whether rows and columns, and frames, change after this level.
  [[nodiscard]] bool scales_space(std::size_t level) const { return (std::int64_t{1} << level) < spatial; }
  [[nodiscard]] bool scales_time(std::size_t level) const {
    std::size_t halvings = 0;
    while ((std::int64_t{1} << halvings) < temporal) ++halvings;
    return level + 1 + halvings >= channels.size() && level + 1 < channels.size();
  }
  std::int64_t in_channels, out_channels, latent_channels;
  std::vector<std::int64_t> channels;
  std::int64_t resnets, spatial, temporal;
  bool attention;
};

constexpr std::int64_t tile_frames = 17, tile_stride = 12;  // of pixels; a fourth, and one more, of latents

Tensor causal(Builder& b, std::string_view name, const Tensor& x, std::int64_t out, std::int64_t kernel,
              Shape stride = {1, 1, 1}) {
  auto scope = b.scope(name);
  const std::int64_t around = kernel - 1;
  const Tensor padded =
      b.replicate(x, {x.shape[0], x.shape[1], x.shape[2] + around, x.shape[3] + around, x.shape[4] + around});
  return b.convolution("conv", padded, out, Shape{kernel, kernel, kernel}, stride, Shape{0, 0, 0});
}

Tensor resnet(Builder& b, const std::string& name, const Tensor& x, std::int64_t out) {
  auto scope = b.scope(name);
  Tensor y = causal(b, "conv1", b.silu(b.group_norm("norm1", x)), out, 3);
  y = causal(b, "conv2", b.silu(b.group_norm("norm2", y)), out, 3);
  return b.add(y, x.shape[1] == out ? x : causal(b, "conv_shortcut", x, out, 1));
}

// One head over all cells of all frames, each frame masked from later ones.
Tensor attention(Builder& b, const Tensor& x) {
  const std::int64_t channels = x.shape[1], cells = x.shape[2] * x.shape[3] * x.shape[4];
  const Tensor tokens = b.clone(b.view(x, {x.shape[0], cells, channels}));
  const Tensor mask{{cells, cells}, x.dtype};
  b.elementwise(Elementwise::Kind::less_equal, mask);
  b.elementwise(Elementwise::Kind::where, mask);
  auto scope = b.scope("attentions.0");
  const Tensor normed = b.group_norm("group_norm", b.view(tokens, {x.shape[0], channels, cells}));
  const Tensor in = b.view(normed, tokens.shape);
  const Tensor q = linear_of_view(b, "to_q", in, channels), k = linear_of_view(b, "to_k", in, channels),
               v = linear_of_view(b, "to_v", in, channels);
  const Tensor y = b.linear("to_out.0", b.attention(q, k, v, 1, {.masked = true}), channels);
  return b.view(b.div(b.add(y, tokens)), x.shape);
}

Tensor middle(Builder& b, Tensor x, const HunyuanVaeConfig& c) {
  auto scope = b.scope("mid_block");
  x = resnet(b, "resnets.0", x, x.shape[1]);
  if (c.attention) x = attention(b, x);
  return resnet(b, "resnets.1", x, x.shape[1]);
}

// The first frame stays one, the others multiply.
Tensor upsampled(Builder& b, const Tensor& x, std::int64_t time, std::int64_t space) {
  auto scope = b.scope("upsamplers.0");
  const std::int64_t frames = x.shape[2];
  const Tensor first = b.upsample(b.view(b.narrow(x, 2, 1), {x.shape[0], x.shape[1], x.shape[3], x.shape[4]}), space);
  Tensor all = b.view(first, {x.shape[0], x.shape[1], 1, first.shape[2], first.shape[3]});
  if (frames > 1) {
    const Tensor rest = b.narrow(x, 2, frames - 1);
    const Shape larger{x.shape[0], x.shape[1], time * (frames - 1), space * x.shape[3], space * x.shape[4]};
    all = b.concatenate({all, b.upsample_to(b.clone(rest), larger)}, 2);
  }
  return causal(b, "conv", all, x.shape[1], 3);
}

void decode_tile(Builder& b, Tensor x, const HunyuanVaeConfig& c) {
  x = b.convolution("post_quant_conv", x, c.latent_channels, {.kernel = 1, .padding = 0});
  auto scope = b.scope("decoder");
  x = middle(b, causal(b, "conv_in", x, c.channels.back(), 3), c);
  for (std::size_t level = 0; level < c.channels.size(); ++level) {
    auto block = b.scope("up_blocks." + std::to_string(level));
    for (std::int64_t i = 0; i <= c.resnets; ++i)
      x = resnet(b, "resnets." + std::to_string(i), x, c.channels[c.channels.size() - 1 - level]);
    if (level + 1 < c.channels.size()) x = upsampled(b, x, c.scales_time(level) ? 2 : 1, c.scales_space(level) ? 2 : 1);
  }
  causal(b, "conv_out", b.silu(b.group_norm("conv_norm_out", x)), c.out_channels, 3);
}

void encode_tile(Builder& b, Tensor x, const HunyuanVaeConfig& c) {
  {
    auto scope = b.scope("encoder");
    x = causal(b, "conv_in", x, c.channels.front(), 3);
    for (std::size_t level = 0; level < c.channels.size(); ++level) {
      auto block = b.scope("down_blocks." + std::to_string(level));
      for (std::int64_t i = 0; i < c.resnets; ++i) x = resnet(b, "resnets." + std::to_string(i), x, c.channels[level]);
      const std::int64_t space = c.scales_space(level) ? 2 : 1, time = c.scales_time(level) ? 2 : 1;
      if (space * time == 1) continue;
      auto sampler = b.scope("downsamplers.0");
      x = causal(b, "conv", x, x.shape[1], 3, {time, space, space});
    }
    x = middle(b, x, c);
    x = causal(b, "conv_out", b.silu(b.group_norm("conv_norm_out", x)), 2 * c.latent_channels, 3);
  }
  b.convolution("quant_conv", x, 2 * c.latent_channels, {.kernel = 1, .padding = 0});
}

// Tiles of frames that overlap by what lies between stride and extent; the first one records the parameters.
template <class Tile>
void tiled(Builder& b, const Tensor& x, std::int64_t extent, std::int64_t stride, Tile tile) {
  const std::int64_t frames = x.shape[2];
  const auto pieces = frames < extent ? std::vector<Pieces>{{frames, 1}} : pieces_of(frames, extent, stride);
  bool first = true;
  for (const Pieces& piece : pieces) {
    std::int64_t times = piece.count;
    if (first) {
      tile(b.narrow(x, 2, piece.extent));
      first = false;
      --times;
    }
    if (times == 0) continue;
    auto more = b.again(times);
    tile(b.narrow(x, 2, piece.extent));
  }
}

// Decoded tiles fade into each other, frame by frame.
void blend(Builder& b, const Tensor& latent, std::int64_t stride, const HunyuanVaeConfig& c) {
  const std::int64_t seams = (latent.shape[2] + stride - 1) / stride - 1;
  if (latent.shape[2] < tile_frames / c.temporal + 1 || seams < 1) return;
  auto more = b.again(seams * (tile_frames - 1 - tile_stride));
  const Tensor frame =
      b.tensor({latent.shape[0], c.out_channels, c.spatial * latent.shape[3], c.spatial * latent.shape[4]});
  b.copy(b.add(b.mul(frame), b.mul(frame)));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const HunyuanVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const LatentSize size = latent_size(call, c.spatial);
  const bool encoding = call.direction == Call::Direction::encode;
  const Tensor video = b.tensor(
      {call.batch, c.in_channels, encoding ? call.frames : 1, size.rows * c.spatial, size.columns * c.spatial});
  const Tensor latent = b.tensor({call.batch, c.latent_channels, encoding ? 1 : call.frames, size.rows, size.columns});
  const std::int64_t latent_stride = std::max<std::int64_t>(1, tile_stride / c.temporal);
  build_halves(
      b, call, [&] { tiled(b, video, tile_frames, tile_stride, [&](const Tensor& x) { encode_tile(b, x, c); }); },
      [&] {
        tiled(b, latent, tile_frames / c.temporal + 1, latent_stride, [&](const Tensor& x) { decode_tile(b, x, c); });
        blend(b, latent, latent_stride, c);
      });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const HunyuanVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, c.spatial, c.temporal};
}

}  // namespace

Architecture hunyuan_video_vae() {
  return {"HunyuanVideo autoencoder",
          {"AutoencoderKLHunyuanVideo"},
          Architecture::Role::autoencoder,
          build,
          latent,
          nullptr};
}

}  // namespace diffjoule::models
