// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The causal video autoencoder of Wan 2.1 and 2.2, which Qwen-Image uses for single images ("Wan: Open and Advanced
// Large-Scale Video Generative Models", 2025): frames in chunks, each convolution padded by or remembering two frames.
// diffusers AutoencoderKLQwenImage, AutoencoderKLWan.
#include <algorithm>
#include <string>

#include "diffjoule/models/autoencoder_call.h"

namespace diffjoule::models {
namespace {

struct VideoAutoencoderConfig {
  explicit VideoAutoencoderConfig(Config& c)
      : base(c.integer("base_dim", c.integer("dim", 96))),
        latent_channels(c.integer("z_dim", 16)),
        image_channels(c.integer("input_channels", c.integer("in_channels", 3))),
        multiples(c.integers("dim_mult", {1, 2, 4, 4})),
        resnets(c.integer("num_res_blocks", 2)),
        decoder_base(c.integer("decoder_base_dim", base)),
        pixel_patch(c.integer("patch_size", 1)),
        residual(c.flag("is_residual", false)) {
    if (multiples.empty() || multiples.size() > 16)
      c.refuse("dim_mult", std::to_string(multiples.size()) + " multiples", "1 to 16, one a level");
    if (resnets > 64) c.refuse("num_res_blocks", std::to_string(resnets), "at most 64");
    temporal.assign(multiples.empty() ? 0 : multiples.size() - 1, false);
    // "temperal" is the published spelling.
    const io::Document* flags = c.find("temperal_downsample");
    if (flags == nullptr) flags = c.find("temporal_downsample");
    if (flags == nullptr || flags->array() == nullptr || flags->array()->size() != temporal.size()) {
      c.refuse("temperal_downsample", flags == nullptr ? "nothing" : flags->kind(),
               "true or false for each level but the last");
      return;
    }
    for (std::size_t i = 0; i < temporal.size(); ++i)
      temporal[i] = (*flags->array())[i].boolean() != nullptr && *(*flags->array())[i].boolean();
  }
  [[nodiscard]] std::int64_t width(std::size_t level) const { return base * multiples[level]; }
  std::int64_t base, latent_channels, image_channels;
  std::vector<std::int64_t> multiples;
  // Pixels of a latent cell, frames of a latent frame after the first.
  [[nodiscard]] std::int64_t spatial() const { return pixel_patch << (multiples.size() - 1); }
  [[nodiscard]] std::int64_t temporal_factor() const {
    std::int64_t factor = 1;
    for (const bool halved : temporal) factor *= halved ? 2 : 1;
    return factor;
  }
  std::int64_t resnets, decoder_base, pixel_patch;
  bool residual;               // Wan 2.2: every block keeps a way around
  std::vector<bool> temporal;  // of the step down after each level
};

// Divides by the length over the channels, scales, and adds a bias of zero.
Tensor channel_norm(Builder& b, std::string_view name, const Tensor& x) {
  auto scope = b.scope(name);
  Shape gamma{x.shape[1]};
  for (std::size_t i = 2; i < x.shape.rank(); ++i) gamma.append(1);
  b.parameter("gamma", gamma);
  const Tensor length = b.elementwise(Elementwise::Kind::clamp_min, b.reduce(Reduction::Kind::vector_norm, x, 1));
  const Tensor normed = b.elementwise(Elementwise::Kind::div, x, length);
  return b.add(b.mul(b.mul(normed), b.tensor(gamma)));
}

// A convolution over time and space that sees no later frame; what it pads, it copies.
Tensor causal(Builder& b, std::string_view name, const Tensor& x, std::int64_t out, std::int64_t kernel) {
  const std::int64_t around = kernel - 1;
  const Tensor padded =
      b.pad(x, Shape{x.shape[0], x.shape[1], x.shape[2] + around, x.shape[3] + around, x.shape[4] + around});
  return b.convolution(name, padded, out, {.kernel = kernel, .padding = 0});
}

// Latent frames come in chunks: the first frame alone, then one latent frame (four of pixels) at a time. The causal
// convolutions keep the last two frames of the chunk before, where the first one pads.
enum class Chunk { first, later };

// What the next chunk needs is kept; what the chunk before kept is put in front.
void remember(Builder& b, const Tensor& x, Chunk chunk) {
  constexpr std::int64_t frames = 2;
  const std::int64_t own = std::min(frames, x.shape[2]);
  b.clone(b.narrow(x, 2, own));
  if (chunk == Chunk::first) return;
  if (own < frames) b.concatenate({b.tensor(x.shape.with(2, frames))}, 2);
  b.concatenate({b.tensor(x.shape.with(2, x.shape[2] + frames))}, 2);
}

Tensor cached(Builder& b, std::string_view name, const Tensor& x, std::int64_t out, Chunk chunk) {
  remember(b, x, chunk);
  return causal(b, name, x, out, 3);
}

Tensor resnet(Builder& b, const Tensor& x, std::int64_t out, Chunk chunk) {
  const Tensor skip = x.shape[1] == out ? x : causal(b, "conv_shortcut", x, out, 1);
  const Tensor y = cached(b, "conv1", b.silu(channel_norm(b, "norm1", x)), out, chunk);
  return b.add(cached(b, "conv2", b.silu(channel_norm(b, "norm2", y)), out, chunk), skip);
}

// One head, frame by frame.
Tensor attention(Builder& b, const Tensor& x) {
  const std::int64_t batch = x.shape[0] * x.shape[2], channels = x.shape[1], cells = x.shape[3] * x.shape[4];
  const Tensor frames = b.view(x, {batch, channels, x.shape[3], x.shape[4]});
  const Tensor qkv =
      b.convolution("to_qkv", channel_norm(b, "norm", frames), 3 * channels, {.kernel = 1, .padding = 0});
  const Tensor part = b.narrow(b.clone(b.view(qkv, {batch, cells, 3 * channels})), -1, channels);
  const Tensor mixed = b.view(b.attention(part, part, part, 1), frames.shape);
  return b.add(b.view(b.convolution("proj", mixed, channels, {.kernel = 1, .padding = 0}), x.shape), x);
}

Tensor middle(Builder& b, Tensor x, Chunk chunk) {
  auto scope = b.scope("mid_block");
  const auto inside = [&b](const char* name, const auto& step) {
    auto module = b.scope(name);
    return step();
  };
  x = inside("resnets.0", [&] { return resnet(b, x, x.shape[1], chunk); });
  x = inside("attentions.0", [&] { return attention(b, x); });
  return inside("resnets.1", [&] { return resnet(b, x, x.shape[1], chunk); });
}

Tensor as_images(Builder& b, const Tensor& x) {
  return b.view(x, {x.shape[0] * x.shape[2], x.shape[1], x.shape[3], x.shape[4]});
}
Tensor as_video(Builder& b, const Tensor& x, std::int64_t batch) {
  return b.view(x, {batch, x.shape[1], x.shape[0] / batch, x.shape[2], x.shape[3]});
}

// The change of the number of frames, which the first chunk skips.
Tensor time_convolution(Builder& b, const Tensor& x, std::int64_t out, std::int64_t stride, Chunk chunk) {
  if (chunk == Chunk::first) {
    auto scope = b.scope("time_conv");
    b.parameter("weight", {out, x.shape[1], 3, 1, 1});
    b.parameter("bias", {out});
    return x;
  }
  const std::int64_t kept = stride == 1 ? 2 : 1;  // frames of the chunk before
  if (stride == 1) {
    remember(b, x, chunk);
  } else {
    b.concatenate({b.clone(b.narrow(x, 2, 1)), x}, 2);
  }
  const Tensor in = b.pad(x, x.shape.with(2, x.shape[2] + kept));
  return b.convolution("time_conv", in, out, Shape{3, 1, 1}, Shape{stride, 1, 1}, Shape{0, 0, 0});
}

Tensor upsampled(Builder& b, Tensor x, std::int64_t out, bool temporal, Chunk chunk) {
  if (temporal) {
    const std::int64_t channels = x.shape[1], frames = x.shape[2];
    x = time_convolution(b, x, 2 * channels, 1, chunk);
    if (chunk == Chunk::later) {
      const Tensor half = b.narrow(x, 1, channels);
      x = b.view(b.stack(half, half), half.shape.with(2, 2 * frames));
    }
  }
  const std::int64_t batch = x.shape[0];
  const Tensor larger = b.upsample(as_images(b, x), 2, Resampling::Kind::nearest_exact);
  return as_video(b, b.convolution("resample.1", larger, out), batch);
}

void decode_chunk(Builder& b, Tensor x, Chunk chunk, const VideoAutoencoderConfig& c) {
  auto scope = b.scope("decoder");
  const std::size_t levels = c.multiples.size();
  const auto width = [&](std::size_t level) { return c.decoder_base * c.multiples[levels - 1 - level]; };
  x = middle(b, cached(b, "conv_in", x, width(0), chunk), chunk);
  for (std::size_t level = 0; level < levels; ++level) {
    auto block = b.scope("up_blocks." + std::to_string(level));
    for (std::int64_t i = 0; i <= c.resnets; ++i) {
      auto module = b.scope("resnets." + std::to_string(i));
      x = resnet(b, x, width(level), chunk);
    }
    if (level + 1 == levels) break;
    auto sampler = b.scope(c.residual ? "upsampler" : "upsamplers.0");
    const std::int64_t out = c.residual ? x.shape[1] : std::max<std::int64_t>(1, x.shape[1] / 2);
    x = upsampled(b, x, out, c.temporal[levels - 2 - level], chunk);
    if (c.residual) x = b.add(x, b.clone(b.repeat_rows(x)));  // what went in, spread over the larger grid
  }
  x = cached(b, "conv_out", b.silu(channel_norm(b, "norm_out", x)), c.image_channels, chunk);
  if (chunk == Chunk::later) b.concatenate({x}, 2);  // to the frames that are there
}

void decode(Builder& b, const Tensor& latents, const VideoAutoencoderConfig& c) {
  const Tensor x = causal(b, "post_quant_conv", latents, c.latent_channels, 1);
  const Tensor one = b.narrow(x, 2, 1);
  decode_chunk(b, one, Chunk::first, c);
  if (x.shape[2] > 1) {
    auto more = b.again(x.shape[2] - 1);
    decode_chunk(b, one, Chunk::later, c);
  }
  const std::int64_t factor = c.spatial() / c.pixel_patch, frames = 1 + (x.shape[2] - 1) * c.temporal_factor();
  b.elementwise(Elementwise::Kind::clamp,
                b.tensor({x.shape[0], c.image_channels, frames, factor * x.shape[3], factor * x.shape[4]}));
}

Tensor downsampled(Builder& b, Tensor x, bool temporal, Chunk chunk) {
  const std::int64_t batch = x.shape[0];
  const Tensor images = as_images(b, x);
  const Tensor padded = b.pad(images, images.shape.with(2, images.shape[2] + 1).with(3, images.shape[3] + 1));
  x = as_video(b, b.convolution("resample.1", padded, x.shape[1], {.stride = 2, .padding = 0}), batch);
  return temporal ? time_convolution(b, x, x.shape[1], 2, chunk) : x;
}

Tensor encode_chunk(Builder& b, Tensor x, Chunk chunk, const VideoAutoencoderConfig& c) {
  auto scope = b.scope("encoder");
  x = cached(b, "conv_in", x, c.base, chunk);
  std::int64_t index = 0;
  for (std::size_t level = 0; level < c.multiples.size(); ++level) {
    const std::string block = "down_blocks." + std::to_string(level);
    for (std::int64_t i = 0; i < c.resnets; ++i) {
      auto module =
          b.scope(c.residual ? block + ".resnets." + std::to_string(i) : "down_blocks." + std::to_string(index++));
      x = resnet(b, x, c.width(level), chunk);
    }
    if (level + 1 == c.multiples.size()) {
      if (c.residual) x = b.add(x, x);
      break;
    }
    auto module = b.scope(c.residual ? block + ".downsampler" : "down_blocks." + std::to_string(index++));
    x = downsampled(b, x, c.temporal[level], chunk);
    if (c.residual) x = b.add(x, b.reduce(Reduction::Kind::mean, b.view(x, x.shape), 0));  // what went in, averaged
  }
  return cached(b, "conv_out", b.silu(channel_norm(b, "norm_out", middle(b, x, chunk))), 2 * c.latent_channels, chunk);
}

void encode(Builder& b, const Tensor& video, const VideoAutoencoderConfig& c) {
  const std::int64_t group = c.temporal_factor(), chunks = (video.shape[2] - 1) / group;
  Tensor x = encode_chunk(b, b.narrow(video, 2, 1), Chunk::first, c);
  if (chunks > 0) {
    auto more = b.again(chunks);
    (void)encode_chunk(b, b.narrow(video, 2, group), Chunk::later, c);
  }
  x = b.tensor(x.shape.with(2, 1 + chunks));
  causal(b, "quant_conv", x, 2 * c.latent_channels, 1);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const VideoAutoencoderConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const LatentSize size = latent_size(call, c.spatial());
  const bool encoding = call.direction == Call::Direction::encode;
  const std::int64_t factor = c.spatial() / c.pixel_patch;
  const std::int64_t pixel_frames = encoding ? call.frames : 1, latent_frames = encoding ? 1 : call.frames;
  const Tensor image =
      b.tensor({call.batch, c.image_channels, pixel_frames, size.rows * factor, size.columns * factor});
  const Tensor latent = b.tensor({call.batch, c.latent_channels, latent_frames, size.rows, size.columns});
  build_halves(
      b, call, [&] { encode(b, image, c); }, [&] { decode(b, latent, c); });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const VideoAutoencoderConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, c.spatial(), c.temporal_factor()};
}

}  // namespace

Architecture wan_vae() {
  return {"Wan / Qwen-Image video autoencoder",
          {"AutoencoderKLQwenImage", "AutoencoderKLWan"},
          Architecture::Role::autoencoder,
          build,
          latent,
          nullptr};
}

}  // namespace diffjoule::models
