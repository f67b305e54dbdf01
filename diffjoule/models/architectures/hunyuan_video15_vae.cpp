// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The causal video autoencoder of HunyuanVideo 1.5: sizes change by moving cells into channels and back, beside a
// residual that repeats or averages channels. Wu et al., "HunyuanVideo 1.5 Technical Report", 2025. diffusers
// AutoencoderKLHunyuanVideo15.
#include <algorithm>
#include <string>
#include <vector>

#include "diffjoule/models/autoencoder_call.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct PackingVaeConfig {
  explicit PackingVaeConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        out_channels(c.integer("out_channels", 3)),
        latent_channels(c.integer("latent_channels", 32)),
        channels(c.integers("block_out_channels", {128, 256, 512, 1024, 1024})),
        resnets(c.integer("layers_per_block", 2)),
        spatial(c.integer("spatial_compression_ratio", 16)),
        temporal(c.integer("temporal_compression_ratio", 4)) {
    if (channels.empty() || channels.size() > 16)
      c.refuse("block_out_channels", std::to_string(channels.size()) + " widths", "1 to 16, one a level");
    if (resnets > 64) c.refuse("layers_per_block", std::to_string(resnets), "at most 64");
    for (const std::int64_t ratio : {spatial, temporal}) {
      if (ratio > 64 || (ratio & (ratio - 1)) != 0)
        c.refuse("spatial_compression_ratio", std::to_string(ratio), "a power of two to 64, as the temporal one");
    }
    if (temporal > spatial) c.refuse("temporal_compression_ratio", std::to_string(temporal), "at most the spatial one");
    if (!channels.empty() && spatial >= std::int64_t{1} << channels.size())
      c.refuse("spatial_compression_ratio", std::to_string(spatial), "fewer halvings than levels");
    for (const char* key : {"downsample_match_channel", "upsample_match_channel"}) {
      if (!c.flag(key, true)) c.unsupported(key, "false");
    }
  }
  // Of the encoder's levels: whether its rows and columns, and its frames, are halved after it.
  [[nodiscard]] bool halves_space(std::size_t level) const { return (std::int64_t{1} << level) < spatial; }
  [[nodiscard]] bool halves_time(std::size_t level) const {
    return halves_space(level) && (std::int64_t{1} << level) >= spatial / temporal;
  }
  // Of the decoder's, the deepest first.
  [[nodiscard]] bool doubles_time(std::size_t level) const { return (std::int64_t{1} << level) < temporal; }
  std::int64_t in_channels, out_channels, latent_channels;
  std::vector<std::int64_t> channels;
  std::int64_t resnets, spatial, temporal;
};

constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};

Tensor causal(Builder& b, std::string_view name, const Tensor& x, std::int64_t out) {
  auto scope = b.scope(name);
  const Tensor padded = b.replicate(x, {x.shape[0], x.shape[1], x.shape[2] + 2, x.shape[3] + 2, x.shape[4] + 2});
  return b.convolution("conv", padded, out, {.kernel = 3, .padding = 0});
}

// x over its length along channels, times a constant and a learned weight, plus a bias that is zero.
Tensor norm(Builder& b, std::string_view name, const Tensor& x) {
  auto scope = b.scope(name);
  b.parameter("gamma", {x.shape[1], 1, 1, 1});
  const Tensor length = b.elementwise(Elementwise::Kind::clamp_min, b.reduce(Reduction::Kind::vector_norm, x, 1));
  const Tensor unit = b.elementwise(Elementwise::Kind::div, x, b.view(length, x.shape.with(1, 1)));
  return b.add(b.mul(b.mul(unit), b.tensor({x.shape[1], 1, 1, 1})));
}

Tensor resnet(Builder& b, const std::string& name, const Tensor& x, std::int64_t out) {
  auto scope = b.scope(name);
  Tensor y = causal(b, "conv1", b.silu(norm(b, "norm1", x)), out);
  y = causal(b, "conv2", b.silu(norm(b, "norm2", y)), out);
  return b.add(y, x.shape[1] == out ? x : b.convolution("conv_shortcut", x, out, pointwise));
}

// One head over all cells of all frames. The mask that hides later frames is written row by row.
Tensor attention(Builder& b, const Tensor& x) {
  auto scope = b.scope("attentions.0");
  const std::int64_t channels = x.shape[1], frames = x.shape[2], cells = x.shape[3] * x.shape[4], all = frames * cells;
  const Tensor normed = norm(b, "norm", x);
  const auto projected = [&](std::string_view name) {
    return b.clone(b.view(b.convolution(name, normed, channels, pointwise), {x.shape[0], all, channels}));
  };
  const Tensor q = projected("to_q"), k = projected("to_k"), v = projected("to_v");
  {
    auto rows = b.again(all);
    b.copy(b.tensor({std::max<std::int64_t>(1, cells * (frames + 1) / 2)}));  // a row sees half of the frames or so
  }
  const Tensor y = b.view(b.attention(q, k, v, 1, {.masked = true}), x.shape);
  return b.add(b.convolution("proj_out", y, channels, pointwise), x);
}

Tensor middle(Builder& b, Tensor x) {
  auto scope = b.scope("mid_block");
  const std::int64_t width = x.shape[1];
  x = attention(b, resnet(b, "resnets.0", x, width));
  return resnet(b, "resnets.1", x, width);
}

// Channels become cells: [n, r c, f, h, w] -> [n, c, time f, 2 h, 2 w].
Tensor unpacked(Builder& b, const Tensor& x, std::int64_t channels, std::int64_t time) {
  return b.clone(b.view(x, {x.shape[0], channels, x.shape[2] * time, x.shape[3] * 2, x.shape[4] * 2}));
}

// Each channel several times, side by side.
Tensor repeated(Builder& b, const Tensor& x, std::int64_t times) {
  return b.clone(b.tensor(x.shape.with(1, x.shape[1] * times)));
}

// The first frame stays one, each other becomes two.
Tensor enlarged(Builder& b, const Tensor& x, std::int64_t out, bool time) {
  auto scope = b.scope("upsamplers.0");
  const std::int64_t factor = time ? 8 : 4, in = x.shape[1], frames = x.shape[2],
                     repeats = std::max<std::int64_t>(1, factor * out / in);
  const Tensor y = causal(b, "conv", x, out * factor);
  if (!time) return b.add(unpacked(b, y, out, 1), unpacked(b, repeated(b, x, repeats), out, 1));
  // Of the first frame's result half is kept; channels that do not divide are refused by the views.
  Tensor first = b.narrow(unpacked(b, b.narrow(y, 2, 1), 2 * out, 1), 1, out);
  Tensor skip = repeated(b, unpacked(b, b.narrow(x, 2, 1), in / 4, 1), std::max<std::int64_t>(1, repeats / 2));
  if (frames == 1) return b.add(first, skip);
  const Tensor rest = unpacked(b, b.narrow(y, 2, frames - 1), out, 2);
  const Tensor rest_skip = repeated(b, unpacked(b, b.narrow(x, 2, frames - 1), in / 8, 2), repeats);
  return b.add(b.concatenate({first, rest}, 2), b.concatenate({skip, rest_skip}, 2));
}

// Cells become channels; the residual averages groups of them.
Tensor reduced(Builder& b, const Tensor& x, std::int64_t out, bool time) {
  auto scope = b.scope("downsamplers.0");
  const std::int64_t factor = time ? 8 : 4, frames = x.shape[2], rows = x.shape[3] / 2, columns = x.shape[4] / 2;
  const auto packed = [&](const Tensor& t, std::int64_t f, std::int64_t r) {
    return b.clone(b.view(b.narrow(t, 2, f * r), {t.shape[0], t.shape[1] * 4 * r, f, rows, columns}));
  };
  const auto averaged = [&](const Tensor& t) {
    const std::int64_t group = std::max<std::int64_t>(1, t.shape[1] / out);
    const Tensor grouped = b.view(t, {t.shape[0], out, group, t.shape[2] * t.shape[3], t.shape[4]});
    return b.view(b.reduce(Reduction::Kind::mean, grouped, 2), t.shape.with(1, out));
  };
  const Tensor y = causal(b, "conv", x, std::max<std::int64_t>(1, out / factor));
  if (!time) return b.add(packed(y, frames, 1), averaged(packed(x, frames, 1)));
  const Tensor once = packed(y, 1, 1);
  const Tensor first = b.concatenate({once, once}, 1), first_skip = averaged(packed(x, 1, 1));
  if (frames < 3) return b.add(first, first_skip);
  const std::int64_t pairs = (frames - 1) / 2;
  const Tensor rest = packed(y, pairs, 2), rest_skip = averaged(packed(x, pairs, 2));
  return b.add(b.concatenate({first, rest}, 2), b.concatenate({first_skip, rest_skip}, 2));
}

void encode(Builder& b, const Tensor& video, const PackingVaeConfig& c) {
  auto scope = b.scope("encoder");
  Tensor x = causal(b, "conv_in", video, c.channels.front());
  for (std::size_t level = 0; level < c.channels.size(); ++level) {
    auto block = b.scope("down_blocks." + std::to_string(level));
    for (std::int64_t i = 0; i < c.resnets; ++i) x = resnet(b, "resnets." + std::to_string(i), x, c.channels[level]);
    if (c.halves_space(level)) x = reduced(b, x, c.channels[level + 1], c.halves_time(level));
  }
  x = middle(b, x);
  const std::int64_t out = 2 * c.latent_channels, group = std::max<std::int64_t>(1, x.shape[1] / out);
  b.reduce(Reduction::Kind::mean, b.tensor({x.shape[0], out, group, x.shape[2] * x.shape[3], x.shape[4]}), 2);
  const Tensor y = causal(b, "conv_out", b.silu(norm(b, "norm_out", x)), out);
  b.add(y, y);
}

void decode(Builder& b, const Tensor& latents, const PackingVaeConfig& c) {
  auto scope = b.scope("decoder");
  const std::size_t levels = c.channels.size();
  Tensor x = causal(b, "conv_in", latents, c.channels.back());
  x = b.add(x, b.clone(x));  // plus the latents, each channel repeated
  x = middle(b, x);
  for (std::size_t level = 0; level < levels; ++level) {
    auto block = b.scope("up_blocks." + std::to_string(level));
    const std::int64_t width = c.channels[levels - 1 - level];
    for (std::int64_t i = 0; i <= c.resnets; ++i) x = resnet(b, "resnets." + std::to_string(i), x, width);
    if (c.halves_space(level)) x = enlarged(b, x, c.channels[levels - 2 - level], c.doubles_time(level));
  }
  causal(b, "conv_out", b.silu(norm(b, "norm_out", x)), c.out_channels);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const PackingVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const LatentSize size = latent_size(call, c.spatial);
  const std::int64_t frames =
      call.direction == Call::Direction::encode ? 1 + (call.frames - 1) / c.temporal : call.frames;
  const Tensor video = b.tensor(
      {call.batch, c.in_channels, 1 + (frames - 1) * c.temporal, size.rows * c.spatial, size.columns * c.spatial});
  const Tensor latents = b.tensor({call.batch, c.latent_channels, frames, size.rows, size.columns});
  build_halves(
      b, call, [&] { encode(b, video, c); }, [&] { decode(b, latents, c); });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const PackingVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, c.spatial, c.temporal};
}

}  // namespace

Architecture hunyuan_video15_vae() {
  return {"HunyuanVideo 1.5 autoencoder",
          {"AutoencoderKLHunyuanVideo15"},
          Architecture::Role::autoencoder,
          build,
          latent,
          nullptr};
}

}  // namespace diffjoule::models
