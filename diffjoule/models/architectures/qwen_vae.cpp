// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The causal video autoencoder of Wan 2.1, which Qwen-Image uses for single images ("Wan: Open and Advanced Large-Scale
// Video Generative Models", 2025). Image mode: one frame, padded by two empty ones in front of every causal
// convolution. diffusers AutoencoderKLQwenImage, AutoencoderKLWan.
#include "diffjoule/models/autoencoder_call.h"

namespace diffjoule::models {
namespace {

struct VideoAutoencoderConfig {
  explicit VideoAutoencoderConfig(Config& c)
      : base(c.integer("base_dim", 96)),
        latent_channels(c.integer("z_dim", 16)),
        image_channels(c.integer("input_channels", 3)),
        multiples(c.integers("dim_mult", {1, 2, 4, 4})),
        resnets(c.integer("num_res_blocks", 2)) {
    if (multiples.empty() || multiples.size() > 16)
      c.refuse("dim_mult", std::to_string(multiples.size()) + " multiples", "1 to 16, one a level");
    if (resnets > 64) c.refuse("num_res_blocks", std::to_string(resnets), "at most 64");
    if (c.flag("is_residual", false)) c.refuse("is_residual", "true", "false: the Wan 2.2 variant is not counted yet");
    temporal.assign(multiples.empty() ? 0 : multiples.size() - 1, false);
    // "temperal" is the published spelling.
    const io::Document* flags = c.find("temperal_downsample");
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
  std::int64_t resnets;
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

// The same, keeping its input for the next frames.
Tensor cached(Builder& b, std::string_view name, const Tensor& x, std::int64_t out) {
  return causal(b, name, b.clone(x), out, 3);
}

Tensor resnet(Builder& b, const Tensor& x, std::int64_t out) {
  const Tensor skip = x.shape[1] == out ? x : causal(b, "conv_shortcut", x, out, 1);
  const Tensor y = cached(b, "conv1", b.silu(channel_norm(b, "norm1", x)), out);
  return b.add(cached(b, "conv2", b.silu(channel_norm(b, "norm2", y)), out), skip);
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

Tensor middle(Builder& b, Tensor x) {
  auto scope = b.scope("mid_block");
  const auto inside = [&b](const char* name, const auto& step) {
    auto module = b.scope(name);
    return step();
  };
  x = inside("resnets.0", [&] { return resnet(b, x, x.shape[1]); });
  x = inside("attentions.0", [&] { return attention(b, x); });
  return inside("resnets.1", [&] { return resnet(b, x, x.shape[1]); });
}

Tensor as_images(Builder& b, const Tensor& x) {
  return b.view(x, {x.shape[0] * x.shape[2], x.shape[1], x.shape[3], x.shape[4]});
}
Tensor as_video(Builder& b, const Tensor& x, std::int64_t batch) {
  return b.view(x, {batch, x.shape[1], x.shape[0] / batch, x.shape[2], x.shape[3]});
}

// A convolution over time that the first frame skips.
void own_time_convolution(Builder& b, std::int64_t out, std::int64_t in) {
  auto scope = b.scope("time_conv");
  b.parameter("weight", {out, in, 3, 1, 1});
  b.parameter("bias", {out});
}

void decode(Builder& b, Tensor x, const VideoAutoencoderConfig& c) {
  x = causal(b, "post_quant_conv", x, c.latent_channels, 1);
  auto scope = b.scope("decoder");
  const std::size_t levels = c.multiples.size();
  x = middle(b, cached(b, "conv_in", x, c.width(levels - 1)));
  for (std::size_t level = 0; level < levels; ++level) {
    auto block = b.scope("up_blocks." + std::to_string(level));
    for (std::int64_t i = 0; i <= c.resnets; ++i) {
      auto module = b.scope("resnets." + std::to_string(i));
      x = resnet(b, x, c.width(levels - 1 - level));
    }
    if (level + 1 == levels) break;
    auto sampler = b.scope("upsamplers.0");
    if (c.temporal[levels - 2 - level]) own_time_convolution(b, 2 * x.shape[1], x.shape[1]);
    const Tensor larger = b.upsample(as_images(b, x), 2, Resampling::Kind::nearest_exact);
    x = as_video(b, b.convolution("resample.1", larger, std::max<std::int64_t>(1, x.shape[1] / 2)), x.shape[0]);
  }
  x = cached(b, "conv_out", b.silu(channel_norm(b, "norm_out", x)), c.image_channels);
  b.elementwise(Elementwise::Kind::clamp, x);
}

void encode(Builder& b, Tensor x, const VideoAutoencoderConfig& c) {
  {
    auto scope = b.scope("encoder");
    x = cached(b, "conv_in", x, c.base);
    std::int64_t index = 0;
    for (std::size_t level = 0; level < c.multiples.size(); ++level) {
      for (std::int64_t i = 0; i < c.resnets; ++i) {
        auto module = b.scope("down_blocks." + std::to_string(index++));
        x = resnet(b, x, c.width(level));
      }
      if (level + 1 == c.multiples.size()) break;
      auto module = b.scope("down_blocks." + std::to_string(index++));
      if (c.temporal[level]) own_time_convolution(b, x.shape[1], x.shape[1]);
      const Tensor images = as_images(b, x);
      const Tensor padded = b.pad(images, images.shape.with(2, images.shape[2] + 1).with(3, images.shape[3] + 1));
      x = as_video(b, b.convolution("resample.1", padded, x.shape[1], {.stride = 2, .padding = 0}), x.shape[0]);
    }
    x = cached(b, "conv_out", b.silu(channel_norm(b, "norm_out", middle(b, x))), 2 * c.latent_channels);
  }
  causal(b, "quant_conv", x, 2 * c.latent_channels, 1);
}

std::int64_t spatial_factor(const VideoAutoencoderConfig& c) { return std::int64_t{1} << (c.multiples.size() - 1); }

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const VideoAutoencoderConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  if (call.frames != 1)
    return fail(ErrorCode::unavailable, "this autoencoder is counted for single images; its chunks of " +
                                            std::to_string(call.frames) + " latent frames are not counted yet");
  Builder b(call.dtype);
  const std::int64_t factor = spatial_factor(c);
  const LatentSize size = latent_size(call, factor);
  const Tensor image = b.tensor({call.batch, c.image_channels, 1, size.rows * factor, size.columns * factor});
  const Tensor latent = b.tensor({call.batch, c.latent_channels, 1, size.rows, size.columns});
  build_halves(
      b, call, [&] { encode(b, image, c); }, [&] { decode(b, latent, c); });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const VideoAutoencoderConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  std::int64_t temporal = 1;
  for (const bool halved : c.temporal) temporal *= halved ? 2 : 1;
  return LatentGeometry{c.latent_channels, spatial_factor(c), temporal};
}

}  // namespace

Architecture qwen_vae() {
  return {"Wan / Qwen-Image video autoencoder",
          {"AutoencoderKLQwenImage", "AutoencoderKLWan"},
          Architecture::Role::autoencoder,
          build,
          latent,
          nullptr};
}

}  // namespace diffjoule::models
