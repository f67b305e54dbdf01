// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// DC-AE, the deep-compression autoencoder of SANA: residual blocks at the large levels, linear attention at the small
// ones, shortcuts through pixel shuffles. Chen et al., "Deep Compression Autoencoder", 2024. diffusers AutoencoderDC.
#include <algorithm>
#include <string>

#include "diffjoule/models/autoencoder_call.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct Half {
  std::vector<std::string> types;
  std::vector<std::int64_t> channels, layers;
  std::vector<std::vector<std::int64_t>> scales;  // kernels of the multi-scale attention, by level
};

struct DcConfig {
  explicit DcConfig(Config& c)
      : in_channels(c.integer("in_channels", 3)),
        latent_channels(c.integer("latent_channels", 32)),
        head_width(c.integer("attention_head_dim", 32)),
        encoder(half(c, "encoder")),
        decoder(half(c, "decoder")),
        interpolates(c.text("upsample_block_type", "pixel_shuffle") == "interpolate"),
        unshuffles(c.text("downsample_block_type", "pixel_unshuffle") == "pixel_unshuffle") {}

  static Half half(Config& c, const std::string& name) {
    Half h;
    h.channels = c.integers(name + "_block_out_channels", {128, 256, 512, 512, 1024, 1024});
    const std::size_t levels = h.channels.size();
    if (levels == 0 || levels > 16) {
      c.refuse(name + "_block_out_channels", std::to_string(levels) + " widths", "1 to 16, one a level");
      h.channels.assign(1, 1);
    }
    h.layers = c.integers(name + "_layers_per_block", {3}, h.channels.size());
    h.types = c.texts(name + "_block_types", std::vector<std::string>(h.channels.size(), "ResBlock"));
    if (h.layers.size() != h.channels.size() || h.types.size() != h.channels.size()) {
      c.refuse(name + "_block_types", std::to_string(h.types.size()) + " types", "one a level");
      h.layers.resize(h.channels.size(), 1);
      h.types.resize(h.channels.size(), "ResBlock");
    }
    h.scales.resize(h.channels.size());
    const io::Document* lists = c.find(name + "_qkv_multiscales");
    for (std::size_t i = 0;
         lists != nullptr && lists->array() != nullptr && i < lists->array()->size() && i < h.scales.size(); ++i) {
      const io::Document& list = (*lists->array())[i];
      for (std::size_t k = 0; list.array() != nullptr && k < std::min<std::size_t>(8, list.array()->size()); ++k) {
        const std::int64_t* kernel = (*list.array())[k].integer();
        if (kernel == nullptr || *kernel < 1 || *kernel > 31)
          c.refuse(name + "_qkv_multiscales", "another kernel", "odd kernels up to 31");
        else
          h.scales[i].push_back(*kernel);
      }
    }
    return h;
  }
  std::int64_t in_channels, latent_channels, head_width;
  Half encoder, decoder;
  bool interpolates, unshuffles;
};

constexpr ConvolutionOptions pointwise_free{.kernel = 1, .stride = 1, .padding = 0, .bias = Bias::no};

// An RMS norm over channels, which lie outermost: through a view, with scale and shift.
Tensor channel_norm(Builder& b, std::string_view name, const Tensor& x) {
  const Tensor last = b.view(x, {x.shape[0], x.shape[2], x.shape[3], x.shape[1]});
  const Tensor normed = rms_norm(b, name, last);
  auto scope = b.scope(name);
  b.parameter("bias", {x.shape[1]});
  return b.view(b.add(normed, b.tensor({x.shape[1]})), x.shape);
}

Tensor residual_block(Builder& b, const Tensor& x) {
  Tensor y = b.silu(b.convolution("conv1", x, x.shape[1]));
  y = b.convolution("conv2", y, x.shape[1], {.bias = Bias::no});
  return b.add(channel_norm(b, "norm", y), x);
}

// relu(q) (relu(k)^T v) at the own and at blurred scales, side by side.
Tensor linear_attention(Builder& b, const Tensor& x, const std::vector<std::int64_t>& kernels, const DcConfig& c) {
  auto scope = b.scope("attn");
  const std::int64_t batch = x.shape[0], width = x.shape[1], cells = x.shape[2] * x.shape[3], e = c.head_width;
  const Tensor tokens = b.view(x, {batch, cells, width});
  const Tensor q = b.linear("to_q", tokens, width, Bias::no), k = b.linear("to_k", tokens, width, Bias::no),
               v = b.linear("to_v", tokens, width, Bias::no);
  Tensor qkv = b.view(b.concatenate({q, k, v}, 2), {batch, 3 * width, x.shape[2], x.shape[3]});
  const auto scales = static_cast<std::int64_t>(kernels.size()) + 1;
  for (std::size_t i = 0; i < kernels.size(); ++i) {
    auto scale = b.scope("to_qkv_multiscale." + std::to_string(i));
    const Tensor blurred =
        b.convolution("proj_in", qkv, 3 * width,
                      {.kernel = kernels[i], .padding = kernels[i] / 2, .groups = 3 * width, .bias = Bias::no});
    b.convolution("proj_out", blurred, 3 * width,
                  {.kernel = 1, .padding = 0, .groups = 3 * width / std::max<std::int64_t>(1, e), .bias = Bias::no});
  }
  if (scales > 1) b.concatenate({b.tensor({batch, 3 * scales * width, x.shape[2], x.shape[3]})}, 1);
  const std::int64_t heads = batch * scales * width / e;
  const Tensor part = b.tensor({heads, e, cells});
  b.activation(Activation::Kind::relu, part);
  b.activation(Activation::Kind::relu, part);
  const Tensor scores = b.matrix_product(b.pad(part, {heads, e + 1, cells}), b.view(part, {heads, cells, e}));
  const Tensor mixed = b.matrix_product(scores, part);
  b.add(b.narrow(mixed, 1, 1));
  const Tensor y = b.elementwise(Elementwise::Kind::div, b.narrow(mixed, 1, e), b.narrow(mixed, 1, 1));
  const Tensor out = b.linear("to_out", b.view(y, {batch, cells, scales * width}), width, Bias::no);
  const Tensor normed = rms_norm(b, "norm_out", out);
  auto norm = b.scope("norm_out");
  b.parameter("bias", {width});
  return b.add(b.view(b.add(normed, b.tensor({width})), x.shape), x);
}

Tensor vision_block(Builder& b, const Tensor& in, const std::vector<std::int64_t>& kernels, const DcConfig& c) {
  const Tensor x = linear_attention(b, in, kernels, c);
  constexpr std::int64_t expansion = 4;
  const std::int64_t width = x.shape[1], inner = expansion * width;
  auto scope = b.scope("conv_out");
  Tensor y = b.silu(b.convolution("conv_inverted", x, 2 * inner, {.kernel = 1, .padding = 0}));
  y = b.convolution("conv_depth", y, 2 * inner, {.groups = 2 * inner});
  const Tensor half = b.narrow(y, 1, inner);
  y = b.convolution("conv_point", b.mul(half, b.silu(half)), width, pointwise_free);
  return b.add(channel_norm(b, "norm", y), x);
}

// From `in` channels up to `out` at twice the size: a convolution beside a pixel shuffle of copies.
Tensor upsampled(Builder& b, const Tensor& x, std::int64_t out, const DcConfig& c) {
  constexpr std::int64_t cells = 4;
  const Shape larger{x.shape[0], out, 2 * x.shape[2], 2 * x.shape[3]};
  const Tensor y = c.interpolates ? b.convolution("conv", b.upsample(x, 2), out)
                                  : b.shuffle(b.convolution("conv", x, cells * out), larger);
  const std::int64_t copies = std::max<std::int64_t>(1, cells * out / x.shape[1]);
  const Tensor spread = b.clone(b.tensor(x.shape.with(1, x.shape[1] * copies)));
  return b.add(y, b.shuffle(spread, larger));
}

Tensor downsampled(Builder& b, const Tensor& x, std::int64_t out, const DcConfig& c) {
  constexpr std::int64_t cells = 4;
  const Shape smaller{x.shape[0], out, x.shape[2] / 2, x.shape[3] / 2};
  const Tensor y = c.unshuffles ? b.shuffle(b.convolution("conv", x, std::max<std::int64_t>(1, out / cells)), smaller)
                                : b.convolution("conv", x, out, {.stride = 2});
  const Tensor folded = b.shuffle(x, {x.shape[0], cells * x.shape[1], x.shape[2] / 2, x.shape[3] / 2});
  b.reduce(Reduction::Kind::mean, b.view(folded, {x.shape[0], out, cells * x.shape[1] / out, smaller[2] * smaller[3]}),
           2);
  return b.add(y, y);
}

Tensor level_blocks(Builder& b, const std::string& list, Tensor x, const Half& h, std::size_t level, std::int64_t first,
                    const DcConfig& c) {
  if (h.layers[level] == 0) return x;
  auto repeated = b.repeat(list + "." + std::to_string(level), h.layers[level], first);
  return h.types[level] == "EfficientViTBlock" ? vision_block(b, x, h.scales[level], c) : residual_block(b, x);
}

void decode(Builder& b, const Tensor& latent, const DcConfig& c) {
  auto scope = b.scope("decoder");
  const Half& h = c.decoder;
  Tensor x = b.convolution("conv_in", latent, h.channels.back());
  x = b.add(x, b.clone(x));  // copies of the latent
  for (std::size_t level = h.channels.size(); level-- > 0;) {
    const bool larger = level + 1 < h.channels.size();
    if (larger) {
      auto sampler = b.scope("up_blocks." + std::to_string(level) + ".0");
      x = upsampled(b, x, h.channels[level], c);
    }
    x = level_blocks(b, "up_blocks", x, h, level, larger ? 1 : 0, c);
  }
  const Tensor normed = channel_norm(b, "norm_out", x);
  b.convolution("conv_out", b.activation(Activation::Kind::relu, normed), c.in_channels);
}

void encode(Builder& b, const Tensor& image, const DcConfig& c) {
  auto scope = b.scope("encoder");
  const Half& h = c.encoder;
  Tensor x = b.convolution("conv_in", image, h.channels.front());
  for (std::size_t level = 0; level < h.channels.size(); ++level) {
    x = level_blocks(b, "down_blocks", x, h, level, 0, c);
    if (level + 1 == h.channels.size()) break;
    auto sampler = b.scope("down_blocks." + std::to_string(level) + "." + std::to_string(h.layers[level]));
    x = downsampled(b, x, h.channels[level + 1], c);
  }
  const Tensor y = b.convolution("conv_out", x, c.latent_channels);
  b.add(y, y);  // the channels' means
}

std::int64_t spatial_factor(const DcConfig& c) { return std::int64_t{1} << (c.decoder.channels.size() - 1); }

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const DcConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t factor = spatial_factor(c);
  const LatentSize size = latent_size(call, factor);
  const Tensor image = b.tensor({call.batch, c.in_channels, size.rows * factor, size.columns * factor});
  const Tensor latent = b.tensor({call.batch, c.latent_channels, size.rows, size.columns});
  build_halves(
      b, call, [&] { encode(b, image, c); }, [&] { decode(b, latent, c); });
  return finished(b, config);
}

Result<LatentGeometry> latent(const io::Document& document) {
  Config config(document);
  const DcConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  return LatentGeometry{c.latent_channels, spatial_factor(c), 1};
}

}  // namespace

Architecture autoencoder_dc() {
  return {"DC-AE", {"AutoencoderDC"}, Architecture::Role::autoencoder, build, latent, nullptr};
}

}  // namespace diffjoule::models
