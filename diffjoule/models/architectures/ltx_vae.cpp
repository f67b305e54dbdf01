// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The autoencoder of LTX-Video: 4 x 4 pixels to a cell first, then convolutions over time and space, shuffled up in all
// three directions; from 0.9.1 on the decoder knows a timestep. HaCohen et al., "LTX-Video", 2024. diffusers
// AutoencoderKLLTXVideo.
#include <algorithm>
#include <string>

#include "diffjoule/models/autoencoder_call.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

constexpr std::size_t most_levels = 16;

struct LtxVaeConfig {
  explicit LtxVaeConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        out_channels(c.integer("out_channels", 3)),
        latent_channels(c.integer("latent_channels", 128)),
        channels(c.integers("block_out_channels", {128, 256, 512, 512})),
        decoder_channels(c.integers("decoder_block_out_channels", {128, 256, 512, 512})),
        layers(c.integers("layers_per_block", {4, 3, 3, 3, 4})),
        decoder_layers(c.integers("decoder_layers_per_block", {4, 3, 3, 3, 4})),
        scaling(flags(c, "spatio_temporal_scaling", channels.size())),
        decoder_scaling(flags(c, "decoder_spatio_temporal_scaling", decoder_channels.size())),
        down_types(c.texts("downsample_type", {"conv", "conv", "conv", "conv"})),
        block_types(c.texts("down_block_types", {})),
        up_factors(c.integers("upsample_factor", {1, 1, 1, 1})),
        timestep(c.flag("timestep_conditioning", false)),
        patch(c.integer("patch_size", 4)) {
    const auto bad = [](std::size_t n) { return n == 0 || n > most_levels; };
    if (bad(channels.size()) || bad(decoder_channels.size()) || layers.size() != levels_down() + 1 ||
        decoder_layers.size() != decoder_channels.size() + 1 || down_types.size() < levels_down() ||
        up_factors.size() != decoder_channels.size())
      c.refuse("block_out_channels", std::to_string(channels.size()) + " widths",
               "up to 16, with layers, scaling and types for each level and the middle");
    for (const auto* list : {&layers, &decoder_layers}) {
      for (const std::int64_t n : *list) {
        if (n > 64) c.refuse("layers_per_block", std::to_string(n), "at most 64");
      }
    }
  }
  static std::vector<bool> flags(Config& c, const char* key, std::size_t count) {
    std::vector<bool> values(std::min(count, most_levels), true);
    const io::Document* list = c.find(key);
    for (std::size_t i = 0;
         list != nullptr && list->array() != nullptr && i < std::min(values.size(), list->array()->size()); ++i)
      values[i] = (*list->array())[i].boolean() != nullptr && *(*list->array())[i].boolean();
    return values;
  }
  // Later releases widen in the step down, so that the last width is the middle's.
  [[nodiscard]] bool later() const { return !block_types.empty() && block_types[0] == "LTXVideo095DownBlock3D"; }
  [[nodiscard]] std::size_t levels_down() const { return channels.size() - (later() ? 1 : 0); }
  std::int64_t in_channels, out_channels, latent_channels;
  std::vector<std::int64_t> channels, decoder_channels, layers, decoder_layers;
  std::vector<bool> scaling, decoder_scaling;
  std::vector<std::string> down_types, block_types;
  std::vector<std::int64_t> up_factors;
  bool timestep;
  std::int64_t patch;
};

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t shuffle_cells = 8;  // 2 x 2 x 2

// Edge frames are repeated in front (and, in a decoder that looks ahead, behind).
Tensor framed(Builder& b, std::string_view name, const Tensor& x, std::int64_t out, std::int64_t kernel, bool causal,
              Shape stride = {1, 1, 1}) {
  auto scope = b.scope(name);
  const std::int64_t around = kernel - 1;
  const Shape one = x.shape.with(2, causal ? around : around / 2);
  if (around > 0) {
    b.repeat_rows(b.tensor(one));
    if (!causal) b.repeat_rows(b.tensor(one));
  } else {
    b.repeat_rows(b.tensor(x.shape.with(2, 0)));
    if (!causal) b.repeat_rows(b.tensor(x.shape.with(2, 0)));
  }
  const Tensor padded = b.concatenate({b.tensor(x.shape.with(2, x.shape[2] + around))}, 2);
  const std::int64_t half = kernel / 2;
  return b.convolution("conv", padded, out, Shape{kernel, kernel, kernel}, stride, Shape{0, half, half});
}

// An RMS norm over channels without a weight.
Tensor channel_norm(Builder& b, const Tensor& x) {
  const std::int64_t cells = x.shape[2] * x.shape[3] * x.shape[4];
  return b.view(rms_norm(b, "", b.view(x, {x.shape[0], cells, x.shape[1]})), x.shape);
}

// Scale and shift from the timestep, for each of two norms.
Tensor timed(Builder& b, const Tensor& x, std::int64_t parts) {
  b.parameter("scale_shift_table", {parts, x.shape[1]});
  const Tensor table = b.add(b.tensor({x.shape[0], parts, x.shape[1], 1, 1, 1}));
  (void)table;
  return b.tensor({x.shape[0], x.shape[1], 1, 1, 1});
}

Tensor resnet(Builder& b, const std::string& name, const Tensor& x, std::int64_t out, bool causal, bool timestep) {
  auto scope = b.scope(name);
  const Tensor mod = timestep ? timed(b, x, 4) : x;
  const auto conditioned = [&](const Tensor& y) { return timestep ? modulate(b, y, mod) : y; };
  Tensor y = framed(b, "conv1", b.silu(conditioned(channel_norm(b, x))), out, 3, causal);
  const Tensor normed = channel_norm(b, y);
  y = framed(b, "conv2", b.silu(timestep && x.shape[1] == out ? modulate(b, normed, mod) : normed), out, 3, causal);
  if (x.shape[1] == out) return b.add(y, x);
  const Tensor last = b.view(x, {x.shape[0], x.shape[2] * x.shape[3] * x.shape[4], x.shape[1]});
  const Tensor skip = b.view(b.layer_norm("norm3", last), x.shape);
  return b.add(y, framed(b, "conv_shortcut", skip, out, 1, causal));
}

void time_embedder(Builder& b, std::int64_t batch, std::int64_t width) {
  auto scope = b.scope("time_embedder");
  (void)embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, timestep_width), width);
}

Tensor upsampled(Builder& b, const Tensor& x, std::int64_t factor) {
  auto scope = b.scope("upsamplers.0");
  const std::int64_t out = std::max<std::int64_t>(1, x.shape[1] / factor);
  const Tensor y = framed(b, "conv", x, shuffle_cells * out, 3, false);
  const Shape larger{x.shape[0], out, 2 * x.shape[2], 2 * x.shape[3], 2 * x.shape[4]};
  const Tensor shuffled = b.narrow(b.clone(b.view(y, larger)), 2, 2 * x.shape[2] - 1);
  if (factor == 1) return shuffled;
  return b.add(shuffled, b.repeat_rows(shuffled));
}

void decode(Builder& b, const Tensor& latent, const LtxVaeConfig& c) {
  auto scope = b.scope("decoder");
  const std::size_t levels = c.decoder_channels.size();
  const std::int64_t batch = latent.shape[0];
  Tensor x = framed(b, "conv_in", latent, c.decoder_channels.back(), 3, false);
  const auto block = [&](const std::string& name, std::int64_t count, std::int64_t width) {
    for (std::int64_t i = 0; i < count; ++i)
      x = resnet(b, name + "resnets." + std::to_string(i), x, width, false, c.timestep);
  };
  if (c.timestep) {
    b.parameter("timestep_scale_multiplier", {});
    auto middle = b.scope("mid_block");
    time_embedder(b, batch, 4 * x.shape[1]);
  }
  block("mid_block.", c.decoder_layers.back(), x.shape[1]);
  for (std::size_t i = 0; i < levels; ++i) {
    const std::size_t level = levels - 1 - i;
    auto up = b.scope("up_blocks." + std::to_string(i));
    const std::int64_t width = std::max<std::int64_t>(1, c.decoder_channels[level] / c.up_factors[level]);
    if (c.timestep) time_embedder(b, batch, 4 * width);
    if (c.up_factors[level] == 1 && x.shape[1] != width) x = resnet(b, "conv_in", x, width, false, c.timestep);
    if (c.decoder_scaling[level]) x = upsampled(b, x, c.up_factors[level]);
    block("", c.decoder_layers[level], width);
  }
  x = channel_norm(b, x);
  if (c.timestep) {
    time_embedder(b, batch, 2 * x.shape[1]);
    x = modulate(b, x, timed(b, x, 2));
  }
  b.clone(framed(b, "conv_out", b.silu(x), c.patch * c.patch * c.out_channels, 3, false));
}

Tensor downsampled(Builder& b, const Tensor& x, std::int64_t out, const std::string& type) {
  auto scope = b.scope("downsamplers.0");
  if (type == "conv") {  // the sampler is the convolution
    const Tensor padded = b.concatenate({b.tensor(x.shape.with(2, x.shape[2] + 2))}, 2);
    return b.convolution("conv", padded, out, Shape{3, 3, 3}, Shape{2, 2, 2}, Shape{0, 1, 1});
  }
  const std::int64_t time = type == "spatial" ? 1 : 2, space = type == "temporal" ? 1 : 2;
  const Tensor y = framed(b, "conv", x, std::max<std::int64_t>(1, out / (time * space * space)), 3, true);
  return b.tensor(Shape{x.shape[0], out, (y.shape[2] + time - 1) / time, y.shape[3] / space, y.shape[4] / space});
}

void encode(Builder& b, const Tensor& video, const LtxVaeConfig& c) {
  auto scope = b.scope("encoder");
  Tensor x = framed(b, "conv_in", video, c.channels.front(), 3, true);
  for (std::size_t level = 0; level < c.levels_down(); ++level) {
    auto down = b.scope("down_blocks." + std::to_string(level));
    for (std::int64_t i = 0; i < c.layers[level]; ++i)
      x = resnet(b, "resnets." + std::to_string(i), x, x.shape[1], true, false);
    const std::int64_t out = c.channels[std::min(level + 1, c.channels.size() - 1)];
    if (c.scaling[level]) x = downsampled(b, x, c.later() ? out : x.shape[1], c.down_types[level]);
    if (!c.later() && out != x.shape[1]) x = resnet(b, "conv_out", x, out, true, false);
  }
  for (std::int64_t i = 0; i < c.layers.back(); ++i)
    x = resnet(b, "mid_block.resnets." + std::to_string(i), x, x.shape[1], true, false);
  framed(b, "conv_out", b.silu(channel_norm(b, x)), c.latent_channels + 1, 3, true);
}

LatentGeometry geometry(const LtxVaeConfig& c) {
  std::int64_t spatial = c.patch, temporal = 1;
  for (const bool scales : c.decoder_scaling) {
    spatial *= scales ? 2 : 1;
    temporal *= scales ? 2 : 1;
  }
  return {c.latent_channels, spatial, temporal};
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const LtxVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t factor = geometry(c).spatial;
  const LatentSize size = latent_size(call, factor);
  const bool encoding = call.direction == Call::Direction::encode;
  const Tensor video = b.tensor({call.batch, c.patch * c.patch * c.in_channels, encoding ? call.frames : 17,
                                 size.rows * factor / c.patch, size.columns * factor / c.patch});
  const Tensor latent = b.tensor({call.batch, c.latent_channels, encoding ? 1 : call.frames, size.rows, size.columns});
  b.buffer("latents_mean", {c.latent_channels});
  b.buffer("latents_std", {c.latent_channels});
  build_halves(
      b, call, [&] { encode(b, video, c); }, [&] { decode(b, latent, c); });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const LtxVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return geometry(c);
}

}  // namespace

Architecture ltx_vae() {
  return {"LTX-Video autoencoder", {"AutoencoderKLLTXVideo"}, Architecture::Role::autoencoder, build, latent, nullptr};
}

}  // namespace diffjoule::models
