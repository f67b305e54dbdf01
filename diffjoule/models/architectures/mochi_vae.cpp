// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The asymmetric video autoencoder of Mochi 1: causal convolutions, norms by frame, and in the encoder causal attention
// of every cell over frames. Genmo, "Mochi 1", 2024. diffusers AutoencoderKLMochi. Checked against the published
// header; there is no trace of it.
#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/models/autoencoder_call.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct MochiVaeConfig {
  explicit MochiVaeConfig(Config& c)
      : in_channels(c.integer("in_channels", 15)),
        out_channels(c.integer("out_channels", 3)),
        latent_channels(c.integer("latent_channels", 12)),
        encoder(c.integers("encoder_block_out_channels", {64, 128, 256, 384})),
        decoder(c.integers("decoder_block_out_channels", {128, 256, 512, 768})),
        layers(c.integers("layers_per_block", {3, 3, 4, 6, 3})),
        time(c.integers("temporal_expansions", {1, 2, 3})),
        space(c.integers("spatial_expansions", {2, 2, 2})) {
    const std::size_t levels = decoder.size();
    if (levels < 2 || levels > 16)
      c.refuse("decoder_block_out_channels", std::to_string(levels) + " widths", "2 to 16");
    const auto same = [&](const char* key, const std::vector<std::int64_t>& list, std::size_t wanted,
                          std::int64_t most) {
      if (list.size() != wanted) c.refuse(key, std::to_string(list.size()) + " numbers", std::to_string(wanted));
      for (const std::int64_t n : list) {
        if (n > most) c.refuse(key, std::to_string(n), "at most " + std::to_string(most));
      }
    };
    same("encoder_block_out_channels", encoder, levels, Config::largest);
    same("layers_per_block", layers, levels + 1, 64);
    same("temporal_expansions", time, levels - 1, 8);
    same("spatial_expansions", space, levels - 1, 8);
    const io::Document* list = c.find("add_attention_block");
    for (std::size_t i = 0; i <= levels; ++i) {
      const bool told = list != nullptr && list->array() != nullptr && i < list->array()->size() &&
                        (*list->array())[i].boolean() != nullptr;
      attention.push_back(told ? *(*list->array())[i].boolean() : i > 0);
    }
  }
  [[nodiscard]] static std::int64_t product(const std::vector<std::int64_t>& list) {
    // Of all but what is refused anyway: at most 8 to the 15th.
    return std::accumulate(list.begin(), list.end(), std::int64_t{1}, [](std::int64_t a, std::int64_t n) {
      return std::min<std::int64_t>(a * std::min<std::int64_t>(n, 8), 1 << 20);
    });
  }
  std::int64_t in_channels, out_channels, latent_channels;
  std::vector<std::int64_t> encoder, decoder, layers, time, space;
  std::vector<bool> attention;  // of the encoder: way in, levels, way out
};

constexpr std::int64_t head_width = 32;

Tensor causal(Builder& b, std::string_view name, const Tensor& x, std::int64_t out, Shape kernel,
              Shape stride = {1, 1, 1}) {
  auto scope = b.scope(name);
  const std::int64_t rows = kernel[1] == stride[1] ? 0 : kernel[1] - 1, columns = kernel[2] == stride[2] ? 0 : rows;
  const Tensor padded =
      b.replicate(x, {x.shape[0], x.shape[1], x.shape[2] + kernel[0] - 1, x.shape[3] + rows, x.shape[4] + columns});
  return b.convolution("conv", padded, out, kernel, stride, Shape{0, 0, 0});
}

// Frame by frame, eight at a time.
Tensor norm(Builder& b, std::string_view name, const Tensor& x) {
  auto scope = b.scope(name);
  const Tensor frames = b.clone(b.view(x, {x.shape[0] * x.shape[2], x.shape[1], x.shape[3], x.shape[4]}));
  const Tensor normed = b.group_norm("norm_layer", frames);
  return b.view(b.concatenate({normed}, 0), x.shape);
}

Tensor resnet(Builder& b, std::int64_t index, const Tensor& x) {
  auto scope = b.scope("resnets." + std::to_string(index));
  const std::int64_t width = x.shape[1];
  Tensor y = causal(b, "conv1", b.silu(norm(b, "norm1", x)), width, {3, 3, 3});
  y = causal(b, "conv2", b.silu(norm(b, "norm2", y)), width, {3, 3, 3});
  return b.add(y, x);
}

// Every cell over frames. Queries and keys are divided by their lengths; one frame needs neither.
Tensor attention(Builder& b, std::int64_t index, const Tensor& x) {
  const std::string place = std::to_string(index);
  const std::int64_t width = x.shape[1], frames = x.shape[2], cells = x.shape[0] * x.shape[3] * x.shape[4];
  const Tensor tokens = b.clone(b.view(norm(b, "norms." + place, x), {cells, frames, width}));
  auto scope = b.scope("attentions." + place);
  const auto unit = [&](const Tensor& t) {
    const Tensor heads =
        b.view(t, {cells, frames, std::max<std::int64_t>(1, width / head_width), std::min(width, head_width)});
    const Tensor length =
        b.elementwise(Elementwise::Kind::clamp_min, b.reduce(Reduction::Kind::vector_norm, heads, -1));
    return b.view(b.elementwise(Elementwise::Kind::div, heads, length), t.shape);
  };
  Tensor mixed;
  {
    std::optional<Builder::ParametersOnly> unread;
    if (frames == 1) unread.emplace(b);
    const Tensor q = unit(b.linear("to_q", tokens, width, Bias::no)),
                 k = unit(b.linear("to_k", tokens, width, Bias::no));
    mixed = b.clone(b.attention(q, k, tokens, std::max<std::int64_t>(1, width / head_width), {.causal = true}));
  }
  b.linear("to_v", tokens, width, Bias::no);
  const Tensor y = b.div(b.linear("to_out.0", mixed, width));  // by rescale_output_factor
  return b.add(x, b.view(y, x.shape));
}

Tensor layers(Builder& b, Tensor x, std::int64_t count, bool attends) {
  for (std::int64_t i = 0; i < count; ++i) {
    x = resnet(b, i, x);
    if (attends) x = attention(b, i, x);
  }
  return x;
}

Tensor with_channels_last(Builder& b, const Tensor& x) {
  return b.view(x, {x.shape[0], x.shape[2], x.shape[3], x.shape[4], x.shape[1]});
}
Tensor with_channels_first(Builder& b, const Tensor& x) {
  return b.view(x, {x.shape[0], x.shape[4], x.shape[1], x.shape[2], x.shape[3]});
}

void encode(Builder& b, const Tensor& video, const MochiVaeConfig& c) {
  auto scope = b.scope("encoder");
  // The colours, and sines and cosines of them at two frequencies.
  const std::int64_t waves = std::max<std::int64_t>(1, (c.in_channels - video.shape[1]) / 2);
  const Tensor angles = b.mul(b.clone(b.tensor(video.shape.with(1, waves))));
  Tensor x =
      b.concatenate({b.tensor(video.shape.with(1, std::max<std::int64_t>(1, c.in_channels - 2 * waves))),
                     b.elementwise(Elementwise::Kind::sin, angles), b.elementwise(Elementwise::Kind::cos, angles)},
                    1);
  x = with_channels_first(b, b.linear("proj_in", with_channels_last(b, x), c.encoder.front()));
  {
    auto block = b.scope("block_in");
    x = layers(b, x, c.layers.front(), c.attention.front());
  }
  for (std::size_t i = 0; i + 1 < c.encoder.size(); ++i) {
    auto block = b.scope("down_blocks." + std::to_string(i));
    const Shape kernel{c.time[i], c.space[i], c.space[i]};
    x = layers(b, causal(b, "conv_in", x, c.encoder[i + 1], kernel, kernel), c.layers[i + 1], c.attention[i + 1]);
  }
  {
    auto block = b.scope("block_out");
    x = layers(b, x, c.layers.back(), c.attention.back());
  }
  x = b.silu(norm(b, "norm_out", x));
  b.linear("proj_out", with_channels_last(b, x), 2 * c.latent_channels, Bias::no);
}

void decode(Builder& b, const Tensor& latents, const MochiVaeConfig& c) {
  auto scope = b.scope("decoder");
  Tensor x = b.convolution("conv_in", latents, c.decoder.back(), {.kernel = 1, .padding = 0});
  {
    auto block = b.scope("block_in");
    x = layers(b, x, c.layers.back(), false);
  }
  const std::size_t steps = c.decoder.size() - 1;
  for (std::size_t i = 0; i < steps; ++i) {
    auto block = b.scope("up_blocks." + std::to_string(i));
    const std::size_t level = steps - 1 - i;
    x = layers(b, x, c.layers[level + 1], false);
    const std::int64_t width = c.decoder[level], t = c.time[level], s = c.space[level];
    const Tensor packed = b.linear("proj", with_channels_last(b, x), width * t * s * s);
    x = b.clone(b.view(packed, {x.shape[0], width, x.shape[2] * t, x.shape[3] * s, x.shape[4] * s}));
  }
  {
    auto block = b.scope("block_out");
    x = layers(b, x, c.layers.front(), false);
  }
  b.linear("proj_out", with_channels_last(b, b.silu(x)), c.out_channels);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const MochiVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t space = MochiVaeConfig::product(c.space), time = MochiVaeConfig::product(c.time);
  const LatentSize size = latent_size(call, space);
  const std::int64_t frames = call.direction == Call::Direction::encode ? 1 + (call.frames - 1) / time : call.frames;
  constexpr std::int64_t colours = 3;
  const Tensor video =
      b.tensor({call.batch, colours, 1 + (frames - 1) * time, size.rows * space, size.columns * space});
  const Tensor latents = b.tensor({call.batch, c.latent_channels, frames, size.rows, size.columns});
  build_halves(
      b, call, [&] { encode(b, video, c); }, [&] { decode(b, latents, c); });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const MochiVaeConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, MochiVaeConfig::product(c.space), MochiVaeConfig::product(c.time)};
}

}  // namespace

Architecture mochi_vae() {
  return {"Mochi autoencoder", {"AutoencoderKLMochi"}, Architecture::Role::autoencoder, build, latent, nullptr};
}

}  // namespace diffjoule::models
