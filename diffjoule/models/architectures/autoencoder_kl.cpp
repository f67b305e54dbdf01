// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The image autoencoder of latent diffusion: convolutions, and one attention over all latent cells in the middle.
// Rombach et al., 2022. diffusers AutoencoderKL, as Stable Diffusion (4 channels), SDXL, and SD3 and FLUX (16 channels)
// use it; AutoencoderKLTemporalDecoder, whose decoder's residual blocks look over frames too (Stable Video Diffusion:
// Blattmann et al., 2023).
#include "diffjoule/models/autoencoder_call.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/spatio_temporal_blocks.h"
#include "diffjoule/models/unet_blocks.h"

namespace diffjoule::models {
namespace {

struct AutoencoderConfig {
  explicit AutoencoderConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        out_channels(c.integer("out_channels", 3)),
        latent_channels(c.integer("latent_channels", 4)),
        channels(c.integers("block_out_channels", {64})),
        resnets(c.integer("layers_per_block", 1)),
        temporal_decoder(c.text("_class_name", "") == "AutoencoderKLTemporalDecoder"),
        quant(c.flag("use_quant_conv", true)),
        post_quant(!temporal_decoder && c.flag("use_post_quant_conv", true)),
        attention(c.flag("mid_block_add_attention", true)),
        normed_latents(!c.is_null("batch_norm_eps")) {
    if (channels.empty() || channels.size() > 16)
      c.refuse("block_out_channels", std::to_string(channels.size()) + " widths", "1 to 16, one a level");
    if (resnets > 64) c.refuse("layers_per_block", std::to_string(resnets), "at most 64");
  }
  std::int64_t in_channels, out_channels, latent_channels;
  std::vector<std::int64_t> channels;
  std::int64_t resnets;
  bool temporal_decoder, quant, post_quant, attention;
  bool normed_latents;  // FLUX.2 keeps running statistics of its packed latents
};

constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};

// One head as wide as the channels.
Tensor attention(Builder& b, const Tensor& x) {
  auto scope = b.scope("attentions.0");
  const Tensor tokens = b.view(b.group_norm("group_norm", x), {x.shape[0], x.shape[2] * x.shape[3], x.shape[1]});
  const Tensor q = linear_of_view(b, "to_q", tokens, x.shape[1]), k = linear_of_view(b, "to_k", tokens, x.shape[1]),
               v = linear_of_view(b, "to_v", tokens, x.shape[1]);
  const Tensor y = b.linear("to_out.0", b.attention(q, k, v, 1), x.shape[1]);
  return b.div(b.add(b.view(y, x.shape), x));  // by rescale_output_factor
}

Tensor resnet(Builder& b, std::int64_t index, const Tensor& x, std::int64_t channels, Layout layout) {
  auto scope = b.scope("resnets." + std::to_string(index));
  return resnet_block(b, x, channels, std::nullopt, {.layout = layout});
}

// What attention returns has channels innermost, and residuals pass that on to every norm after it.
struct Middle {
  Tensor x;
  Layout layout;
};

template <class Resnet>
Middle middle(Builder& b, Tensor x, const AutoencoderConfig& c, Resnet resnet) {
  auto scope = b.scope("mid_block");
  const Layout after = c.attention ? Layout::channels_last : Layout::channels_first;
  x = resnet(0, x, c.channels.back(), Layout::channels_first);
  if (c.attention) x = attention(b, x);
  return {resnet(1, x, c.channels.back(), after), after};
}

Tensor head(Builder& b, const Middle& m, std::int64_t channels) {
  const Tensor x = m.layout == Layout::channels_last ? b.clone(m.x) : m.x;
  return b.convolution("conv_out", b.silu(b.group_norm("conv_norm_out", x)), channels);
}

void encode(Builder& b, const Tensor& image, const AutoencoderConfig& c) {
  Tensor latent;
  {
    auto scope = b.scope("encoder");
    Tensor x = b.convolution("conv_in", image, c.channels.front());
    for (std::size_t level = 0; level < c.channels.size(); ++level) {
      auto block = b.scope("down_blocks." + std::to_string(level));
      for (std::int64_t i = 0; i < c.resnets; ++i) x = resnet(b, i, x, c.channels[level], Layout::channels_first);
      if (level + 1 == c.channels.size()) break;
      auto sampler = b.scope("downsamplers.0");
      const Tensor padded = b.pad(x, x.shape.with(2, x.shape[2] + 1).with(3, x.shape[3] + 1));
      x = b.convolution("conv", padded, c.channels[level], {.stride = 2, .padding = 0});
    }
    const auto plain = [&b](std::int64_t index, const Tensor& y, std::int64_t channels, Layout layout) {
      return resnet(b, index, y, channels, layout);
    };
    latent = head(b, middle(b, x, c, plain), 2 * c.latent_channels);
  }
  if (c.quant) latent = b.convolution("quant_conv", latent, 2 * c.latent_channels, pointwise);
  // Mean and logarithm of the variance of the latents' distribution.
  const Tensor log_variance = b.elementwise(Elementwise::Kind::clamp, b.narrow(latent, 1, c.latent_channels));
  b.elementwise(Elementwise::Kind::exp, b.mul(log_variance));
  b.elementwise(Elementwise::Kind::exp, log_variance);
}

void decode(Builder& b, Tensor x, const AutoencoderConfig& c, std::int64_t frames) {
  const auto block = [&](std::int64_t index, const Tensor& y, std::int64_t channels, Layout layout) {
    if (!c.temporal_decoder) return resnet(b, index, y, channels, layout);
    auto scope = b.scope("resnets." + std::to_string(index));
    return spatio_temporal_resnet(b, y, channels, frames, Mixing::learned_switched, std::nullopt, layout);
  };
  if (c.post_quant) x = b.convolution("post_quant_conv", x, c.latent_channels, pointwise);
  auto scope = b.scope("decoder");
  Middle m = middle(b, b.convolution("conv_in", x, c.channels.back()), c, block);
  for (std::size_t level = 0; level < c.channels.size(); ++level) {
    auto up = b.scope("up_blocks." + std::to_string(level));
    const std::int64_t channels = c.channels[c.channels.size() - 1 - level];
    for (std::int64_t i = 0; i <= c.resnets; ++i) m.x = block(i, m.x, channels, m.layout);
    if (level + 1 < c.channels.size()) m.x = upsample_block(b, m.x);
  }
  const Tensor image = head(b, m, c.out_channels);
  if (c.temporal_decoder) convolution_over_frames(b, "time_conv_out", as_video(b, image, frames), c.out_channels);
}

std::int64_t spatial_factor(const AutoencoderConfig& c) { return std::int64_t{1} << (c.channels.size() - 1); }

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const AutoencoderConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t factor = spatial_factor(c);
  const LatentSize size = latent_size(call, factor);
  const std::int64_t images = call.batch * call.frames;
  const Tensor image = b.tensor({images, c.in_channels, size.rows * factor, size.columns * factor});
  const Tensor latent = b.tensor({images, c.latent_channels, size.rows, size.columns});
  if (c.normed_latents) {
    constexpr std::int64_t packing = 2;
    auto scope = b.scope("bn");
    b.buffer("running_mean", {packing * packing * c.latent_channels});
    b.buffer("running_var", {packing * packing * c.latent_channels});
    b.buffer("num_batches_tracked", {});
  }
  build_halves(
      b, call, [&] { encode(b, image, c); }, [&] { decode(b, latent, c, call.frames); });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const AutoencoderConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, spatial_factor(c), 1};
}

}  // namespace

Architecture autoencoder_kl() {
  return {"KL autoencoder",
          {"AutoencoderKL", "AutoencoderKLFlux2", "AutoencoderKLTemporalDecoder"},
          Architecture::Role::autoencoder,
          build,
          latent,
          nullptr};
}

}  // namespace diffjoule::models
