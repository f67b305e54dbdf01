// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The causal video autoencoder of CogVideoX: norms of the decoder are modulated by the latent itself, frames come in
// chunks of two latent frames. Yang et al., "CogVideoX", 2024. diffusers AutoencoderKLCogVideoX.
#include <algorithm>
#include <string>

#include "diffjoule/models/autoencoder_call.h"

namespace diffjoule::models {
namespace {

struct CogVaeConfig {
  explicit CogVaeConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        out_channels(c.integer("out_channels", 3)),
        latent_channels(c.integer("latent_channels", 16)),
        channels(c.integers("block_out_channels", {128, 256, 256, 512})),
        resnets(c.integer("layers_per_block", 3)),
        temporal(static_cast<std::int64_t>(c.number("temporal_compression_ratio", 4.0))) {
    if (channels.empty() || channels.size() > 16)
      c.refuse("block_out_channels", std::to_string(channels.size()) + " widths", "1 to 16, one a level");
    if (resnets > 64) c.refuse("layers_per_block", std::to_string(resnets), "at most 64");
    if (temporal < 1 || temporal > 64) c.refuse("temporal_compression_ratio", std::to_string(temporal), "1 to 64");
  }
  // The first levels halve the frames too.
  [[nodiscard]] bool scales_time(std::size_t level) const { return (std::int64_t{1} << level) < temporal; }
  std::int64_t in_channels, out_channels, latent_channels;
  std::vector<std::int64_t> channels;
  std::int64_t resnets, temporal;
};

// The first chunk repeats its first frame in front; later ones remember two frames.
enum class Chunk { first, later };

Tensor causal(Builder& b, std::string_view name, const Tensor& x, std::int64_t out) {
  auto scope = b.scope(name);
  const Tensor padded = b.concatenate({b.tensor(x.shape.with(2, x.shape[2] + 2))}, 2);
  b.clone(b.narrow(padded, 2, 2));  // for the next chunk
  return b.convolution("conv", padded, out, Shape{3, 3, 3}, Shape{1, 1, 1}, Shape{0, 1, 1});
}

// group norm x (one convolution of the latent) + (another), the latent brought to the size at hand.
Tensor spatial_norm(Builder& b, std::string_view name, const Tensor& x, const Tensor& latent) {
  auto scope = b.scope(name);
  const std::int64_t frames = x.shape[2];
  const Shape larger = latent.shape.with(2, frames).with(3, x.shape[3]).with(4, x.shape[4]);
  Tensor z;
  if (frames > 1 && frames % 2 == 1) {  // the first frame apart
    const Tensor first = b.upsample_to(b.narrow(latent, 2, 1), larger.with(2, 1));
    z = b.concatenate({first, b.upsample_to(b.narrow(latent, 2, std::max<std::int64_t>(1, latent.shape[2] - 1)),
                                            larger.with(2, frames - 1))},
                      2);
  } else {
    z = b.upsample_to(latent, larger);
  }
  constexpr ConvolutionOptions pointwise{.kernel = 1, .padding = 0};
  const auto projected = [&](const char* module) {
    auto inner = b.scope(module);
    b.clone(z);  // for the next chunk
    return b.convolution("conv", z, x.shape[1], pointwise);
  };
  const Tensor scale = projected("conv_y"), shift = projected("conv_b");
  return b.add(b.mul(b.group_norm("norm_layer", x), scale), shift);
}

Tensor resnet(Builder& b, const std::string& name, const Tensor& x, const Tensor* latent, std::int64_t out) {
  auto scope = b.scope(name);
  const auto normed = [&](const char* norm, const Tensor& y) {
    return latent == nullptr ? b.group_norm(norm, y) : spatial_norm(b, norm, y, *latent);
  };
  Tensor y = causal(b, "conv1", b.silu(normed("norm1", x)), out);
  y = causal(b, "conv2", b.silu(normed("norm2", y)), out);
  if (x.shape[1] == out) return b.add(y, x);
  return b.add(y, b.convolution("conv_shortcut", x, out, {.kernel = 1, .padding = 0}));
}

Tensor upsampled(Builder& b, const Tensor& x, bool time, Chunk chunk) {
  auto scope = b.scope("upsamplers.0");
  const std::int64_t batch = x.shape[0], frames = x.shape[2];
  const std::int64_t more = !time ? frames : chunk == Chunk::first && frames > 1 ? 2 * frames - 1 : 2 * frames;
  const Shape larger = x.shape.with(2, more).with(3, 2 * x.shape[3]).with(4, 2 * x.shape[4]);
  const auto images_of = [&](const Tensor& video) {
    return b.view(video, {batch * video.shape[2], x.shape[1], video.shape[3], video.shape[4]});
  };
  Tensor images = b.tensor({batch * more, x.shape[1], larger[3], larger[4]});
  if (!time) {
    images = b.upsample(b.clone(images_of(x)), 2);
  } else if (more % 2 == 1) {  // the first frame apart
    const Tensor first = b.upsample(images_of(b.narrow(x, 2, 1)), 2);
    const Tensor rest = b.upsample_to(b.narrow(x, 2, frames - 1), larger.with(2, more - 1));
    images = b.clone(images_of(b.concatenate({b.view(first, larger.with(2, 1)), rest}, 2)));
  } else {
    images = b.clone(images_of(b.upsample_to(x, larger)));
  }
  const Tensor y = b.convolution("conv", images, x.shape[1]);
  return b.view(y, larger);
}

void decode_chunk(Builder& b, const Tensor& latent, Chunk chunk, const CogVaeConfig& c) {
  auto scope = b.scope("decoder");
  Tensor x = causal(b, "conv_in", latent, c.channels.back());
  for (int i = 0; i < 2; ++i) x = resnet(b, "mid_block.resnets." + std::to_string(i), x, &latent, x.shape[1]);
  for (std::size_t i = 0; i < c.channels.size(); ++i) {
    auto up = b.scope("up_blocks." + std::to_string(i));
    for (std::int64_t k = 0; k <= c.resnets; ++k)
      x = resnet(b, "resnets." + std::to_string(k), x, &latent, c.channels[c.channels.size() - 1 - i]);
    if (i + 1 < c.channels.size()) x = upsampled(b, x, c.scales_time(i), chunk);
  }
  b.clone(causal(b, "conv_out", b.silu(spatial_norm(b, "norm_out", x, latent)), c.out_channels));
}

void decode(Builder& b, const Tensor& latent, const CogVaeConfig& c) {
  // Chunks of two; the first takes what is left over.
  constexpr std::int64_t chunk_frames = 2;
  const std::int64_t chunks = std::max<std::int64_t>(1, latent.shape[2] / chunk_frames);
  const std::int64_t first = latent.shape[2] - chunk_frames * (chunks - 1);
  decode_chunk(b, b.narrow(latent, 2, first), first % 2 == 1 ? Chunk::first : Chunk::later, c);
  if (chunks == 1) return;
  auto more = b.again(chunks - 1);
  decode_chunk(b, b.narrow(latent, 2, chunk_frames), Chunk::later, c);
}

Tensor downsampled(Builder& b, const Tensor& x, bool time) {
  auto scope = b.scope("downsamplers.0");
  const std::int64_t batch = x.shape[0], frames = x.shape[2];
  const std::int64_t fewer = !time ? frames : (frames + 1) / 2;
  if (time) b.clone(b.tensor(x.shape.with(2, fewer)));  // pooled over pairs of frames
  const Tensor images = b.tensor({batch * fewer, x.shape[1], x.shape[3], x.shape[4]});
  const Tensor padded = b.pad(images, images.shape.with(2, images.shape[2] + 1).with(3, images.shape[3] + 1));
  const Tensor y = b.convolution("conv", padded, x.shape[1], {.stride = 2, .padding = 0});
  return b.view(y, {batch, x.shape[1], fewer, y.shape[2], y.shape[3]});
}

void encode_chunk(Builder& b, const Tensor& video, const CogVaeConfig& c) {
  auto scope = b.scope("encoder");
  Tensor x = causal(b, "conv_in", video, c.channels.front());
  for (std::size_t level = 0; level < c.channels.size(); ++level) {
    auto down = b.scope("down_blocks." + std::to_string(level));
    for (std::int64_t k = 0; k < c.resnets; ++k)
      x = resnet(b, "resnets." + std::to_string(k), x, nullptr, c.channels[level]);
    if (level + 1 < c.channels.size()) x = downsampled(b, x, c.scales_time(level));
  }
  for (int i = 0; i < 2; ++i) x = resnet(b, "mid_block.resnets." + std::to_string(i), x, nullptr, x.shape[1]);
  causal(b, "conv_out", b.silu(b.group_norm("norm_out", x)), 2 * c.latent_channels);
}

void encode(Builder& b, const Tensor& video, const CogVaeConfig& c) {
  constexpr std::int64_t chunk_frames = 8;
  const std::int64_t frames = video.shape[2], chunks = std::max<std::int64_t>(1, frames / chunk_frames);
  const std::int64_t first = frames - chunk_frames * (chunks - 1);
  encode_chunk(b, b.narrow(video, 2, first), c);
  if (chunks == 1) return;
  auto more = b.again(chunks - 1);
  encode_chunk(b, b.narrow(video, 2, chunk_frames), c);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const CogVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t factor = std::int64_t{1} << (c.channels.size() - 1);
  const LatentSize size = latent_size(call, factor);
  const bool encoding = call.direction == Call::Direction::encode;
  const Tensor video =
      b.tensor({call.batch, c.in_channels, encoding ? call.frames : 1, size.rows * factor, size.columns * factor});
  const Tensor latent = b.tensor({call.batch, c.latent_channels, encoding ? 1 : call.frames, size.rows, size.columns});
  build_halves(
      b, call, [&] { encode(b, video, c); }, [&] { decode(b, latent, c); });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const CogVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, std::int64_t{1} << (c.channels.size() - 1), c.temporal};
}

}  // namespace

Architecture cogvideox_vae() {
  return {"CogVideoX autoencoder", {"AutoencoderKLCogVideoX"}, Architecture::Role::autoencoder, build, latent, nullptr};
}

}  // namespace diffjoule::models
