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

Tensor transformer_block(Builder& b, Tensor x, const Tensor& text, std::int64_t heads, bool cross_only) {
  const Tensor normed = b.layer_norm("norm1", x);
  x = b.add(attention(b, "attn1", normed, cross_only ? text : normed, heads), x);
  x = b.add(attention(b, "attn2", b.layer_norm("norm2", x), text, heads), x);
  return b.add(feed_forward_geglu(b, "ff", b.layer_norm("norm3", x), mlp_ratio * x.shape[-1]), x);
}

}  // namespace

Tensor resnet_block(Builder& b, const Tensor& x, std::int64_t out_channels, const std::optional<Tensor>& time,
                    Layout layout) {
  const Tensor input = layout == Layout::channels_last ? b.clone(x) : x;
  Tensor y = b.convolution("conv1", b.silu(b.group_norm("norm1", input)), out_channels);
  if (time) {
    const Tensor shift = b.linear("time_emb_proj", b.silu(*time), out_channels);
    y = b.add(y, b.view(shift, {shift.shape[0], out_channels, 1, 1}));
  }
  y = b.convolution("conv2", b.silu(b.group_norm("norm2", y)), out_channels);
  const Tensor skip = x.shape[1] == out_channels ? x : b.convolution("conv_shortcut", x, out_channels, pointwise);
  return b.div(b.add(skip, y));  // by output_scale_factor
}

Tensor upsample_block(Builder& b, const Tensor& x, const std::optional<Shape>& other) {
  auto scope = b.scope("upsamplers.0");
  return b.convolution("conv", other ? b.upsample_to(x, *other) : b.upsample(x, 2), x.shape[1]);
}

Tensor spatial_transformer(Builder& b, const Tensor& x, std::int64_t heads, std::int64_t depth, TextContext text,
                           bool linear_projection, bool cross_only) {
  const std::int64_t batch = x.shape[0], channels = x.shape[1], tokens = x.shape[2] * x.shape[3];
  const Tensor normed = b.group_norm("norm", x);
  Tensor y;
  if (linear_projection) {
    y = linear_of_view(b, "proj_in", b.view(normed, {batch, tokens, channels}), channels);
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

}  // namespace diffjoule::models
