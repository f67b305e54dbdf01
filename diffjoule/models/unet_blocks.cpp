// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/unet_blocks.h"

#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};
constexpr std::int64_t mlp_ratio = 4;

// Queries of x, keys and values of `context`.
Tensor attention(Builder& b, std::string_view name, const Tensor& x, const Tensor& context, std::int64_t heads) {
  auto scope = b.scope(name);
  const std::int64_t width = x.shape[-1];
  const Tensor q = b.linear("to_q", x, width, Bias::no), k = b.linear("to_k", context, width, Bias::no),
               v = b.linear("to_v", context, width, Bias::no);
  const Tensor mixed = b.clone(b.attention(q, k, v, heads));
  return b.div(b.linear("to_out.0", mixed, width));  // by rescale_output_factor
}

// Where the tokens are frames: a stored table of positions is added to what an attention reads.
struct Positions {
  std::int64_t most = 0;  // 0: none
};

// `text` is nothing where the second attention looks at x again.
Tensor transformer_block(Builder& b, Tensor x, const std::optional<Tensor>& text, std::int64_t heads, bool cross_only,
                         Positions positions = {}) {
  const std::int64_t width = x.shape[-1];
  const auto normed = [&](std::string_view name) {
    const Tensor y = b.layer_norm(name, x);
    return positions.most > 0 ? b.add(y, b.tensor({1, y.shape[1], width})) : y;
  };
  if (positions.most > 0) {
    auto scope = b.scope("pos_embed");
    b.buffer("pe", {1, positions.most, width});
  }
  const Tensor first = normed("norm1");
  x = b.add(attention(b, "attn1", first, cross_only && text ? *text : first, heads), x);
  const Tensor second = normed("norm2");
  x = b.add(attention(b, "attn2", second, text.value_or(second), heads), x);
  return b.add(feed_forward_geglu(b, "ff", b.layer_norm("norm3", x), mlp_ratio * width), x);
}

}  // namespace

Tensor resnet_block(Builder& b, const Tensor& x, std::int64_t out_channels, const std::optional<Tensor>& time,
                    const ResnetOptions& options) {
  const auto resized = [&](const Tensor& t) {
    if (options.resize == ResnetOptions::Resize::none) return t;
    if (options.resize == ResnetOptions::Resize::twice) return b.upsample(t, 2);
    const Shape half = t.shape.with(2, t.shape[2] / 2).with(3, t.shape[3] / 2);
    return b.upsample_to(t, half, Resampling::Kind::average_pool);
  };
  const Tensor input = options.layout == Layout::channels_last ? b.clone(x) : x;
  const Tensor activated = b.silu(b.group_norm("norm1", input));
  const Tensor residual = resized(x);
  Tensor y = b.convolution("conv1", resized(activated), out_channels);
  if (time && options.scale_and_shift) {
    const Tensor both = b.linear("time_emb_proj", b.silu(*time), 2 * out_channels);
    const Tensor half = b.view(b.narrow(both, -1, out_channels), {both.shape[0], out_channels, 1, 1});
    const Tensor normed = b.group_norm("norm2", y);
    y = b.add(b.mul(normed, b.add(half)), half);
  } else {
    if (time) {
      const Tensor shift = b.linear("time_emb_proj", b.silu(*time), out_channels);
      y = b.add(y, b.view(shift, {shift.shape[0], out_channels, 1, 1}));
    }
    y = b.group_norm("norm2", y);
  }
  y = b.convolution("conv2", b.silu(y), out_channels);
  const Tensor skip =
      x.shape[1] == out_channels ? residual : b.convolution("conv_shortcut", residual, out_channels, pointwise);
  return b.div(b.add(skip, y));  // by output_scale_factor
}

Tensor upsample_block(Builder& b, const Tensor& x, const std::optional<Shape>& other) {
  auto scope = b.scope("upsamplers.0");
  return b.convolution("conv", other ? b.upsample_to(x, *other) : b.upsample(x, 2), x.shape[1]);
}

Tensor spatial_transformer(Builder& b, const Tensor& x, std::int64_t heads, std::int64_t depth, TextContext text,
                           bool linear_projection, bool cross_only, std::int64_t frames) {
  const std::int64_t batch = x.shape[0], channels = x.shape[1], tokens = x.shape[2] * x.shape[3];
  const Tensor normed = b.group_norm("norm", x);
  Tensor y;
  if (linear_projection) {
    y = linear_of_view(b, "proj_in", b.view(normed, {batch, tokens, channels}), channels, frames > 1);
  } else {
    y = b.view(b.convolution("proj_in", normed, channels, pointwise), {batch, tokens, channels});
  }
  {
    auto blocks = b.repeat("transformer_blocks", depth);
    y = transformer_block(b, y, b.tensor({batch, text.tokens, text.width}), heads, cross_only);
  }
  if (linear_projection) y = b.linear("proj_out", y, channels);
  y = b.clone(b.view(y, x.shape));  // channels outermost again
  if (!linear_projection) y = b.convolution("proj_out", y, channels, pointwise);
  return b.add(y, x);
}

Tensor as_video(Builder& b, const Tensor& x, std::int64_t frames) {
  return b.view(x, {x.shape[0] / frames, x.shape[1], frames, x.shape[2], x.shape[3]});
}

Tensor as_frames(Builder& b, const Tensor& x) {
  return b.view(x, {x.shape[0] * x.shape[2], x.shape[1], x.shape[3], x.shape[4]});
}

Tensor convolution_over_frames(Builder& b, std::string_view name, const Tensor& x, std::int64_t out_channels) {
  return b.convolution(name, x, out_channels, Shape{3, 1, 1}, Shape{1, 1, 1}, Shape{1, 0, 0});
}

Tensor temporal_transformer(Builder& b, const Tensor& x, const TemporalTransformer& t) {
  const std::int64_t channels = x.shape[1], cells = x.shape[0] / t.frames * x.shape[2] * x.shape[3];
  const Tensor normed = b.group_norm("norm", b.clone(as_video(b, x, t.frames)));
  Tensor y = linear_of_view(b, "proj_in", b.view(normed, {cells, t.frames, channels}), t.width, true);
  {
    auto blocks = b.repeat("transformer_blocks", t.depth);
    y = transformer_block(b, y, std::nullopt, t.heads, false, {t.most_positions});
  }
  y = b.clone(b.linear("proj_out", y, channels));  // frames outermost again
  return b.add(b.view(y, x.shape), x);
}

}  // namespace diffjoule::models
