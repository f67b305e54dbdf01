// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/spatio_temporal_blocks.h"

#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

constexpr std::int64_t mlp_ratio = 4;

// alpha spatial + (1 - alpha) temporal
Tensor mixed(Builder& b, const Tensor& spatial, const Tensor& temporal, std::int64_t images, Mixing mixing) {
  auto scope = b.scope("time_mixer");
  b.parameter("mix_factor", {1});
  Tensor alpha = b.activation(Activation::Kind::sigmoid, b.tensor({1}));
  if (mixing == Mixing::learned_with_images) {
    b.cast(b.tensor({images}), DType::boolean);
    alpha = b.elementwise(Elementwise::Kind::where, b.tensor({images}), alpha);
  } else {
    alpha = b.elementwise(Elementwise::Kind::sub, alpha);
  }
  b.elementwise(Elementwise::Kind::sub, alpha);
  return b.add(b.mul(spatial), b.mul(temporal));
}

Tensor residual_over_frames(Builder& b, const Tensor& video, const std::optional<Tensor>& time) {
  auto scope = b.scope("temporal_res_block");
  const std::int64_t channels = video.shape[1], frames = video.shape[2];
  Tensor y = convolution_over_frames(b, "conv1", b.silu(b.group_norm("norm1", b.clone(video))), channels);
  if (time) {
    const Tensor shift = b.linear("time_emb_proj", b.silu(*time), channels);
    y = b.add(y, b.view(shift, {video.shape[0], channels, frames, 1, 1}));
  }
  y = convolution_over_frames(b, "conv2", b.silu(b.group_norm("norm2", y)), channels);
  return b.add(video, y);
}

// Queries of x, keys and values of `context`.
Tensor attended(Builder& b, std::string_view name, const Tensor& x, const Tensor& context, std::int64_t heads) {
  return attention_layer(b, name, x, context, {heads, x.shape[-1], Bias::no});
}

Tensor block(Builder& b, Tensor x, const Tensor& context, std::int64_t heads) {
  const Tensor normed = b.layer_norm("norm1", x);
  x = b.add(attended(b, "attn1", normed, normed, heads), x);
  x = b.add(attended(b, "attn2", b.layer_norm("norm2", x), context, heads), x);
  return b.add(feed_forward_geglu(b, "ff", b.layer_norm("norm3", x), mlp_ratio * x.shape[-1]), x);
}

}  // namespace

Tensor spatio_temporal_resnet(Builder& b, const Tensor& x, std::int64_t out_channels, std::int64_t frames,
                              Mixing mixing, const std::optional<Tensor>& time, Layout layout) {
  Tensor y;
  {
    auto scope = b.scope("spatial_res_block");
    y = resnet_block(b, x, out_channels, time, {.layout = layout});
  }
  const Tensor video = as_video(b, y, frames);
  return as_frames(b, mixed(b, video, residual_over_frames(b, video, time), x.shape[0], mixing));
}

Tensor spatio_temporal_transformer(Builder& b, const Tensor& x, std::int64_t heads, std::int64_t depth,
                                   std::int64_t frames, TextContext context) {
  const std::int64_t images = x.shape[0], channels = x.shape[1], cells = x.shape[2] * x.shape[3],
                     videos = images / frames;
  Tensor y = linear_of_view(b, "proj_in", b.view(b.group_norm("norm", x), {images, cells, channels}), channels, true);
  const Tensor position = timestep_sinusoids(b, images, channels);
  Tensor frame;  // which of the video it is, as a vector
  {
    auto scope = b.scope("time_pos_embed");
    frame = b.linear("linear_2", b.silu(b.linear("linear_1", position, 4 * channels)), channels);
  }
  Tensor spatial, temporal;
  {
    auto blocks = b.repeat("transformer_blocks", depth);
    spatial = block(b, y, b.tensor({images, context.tokens, context.width}), heads);
  }
  {
    auto blocks = b.repeat("temporal_transformer_blocks", depth);
    const Tensor shifted = b.add(spatial, b.view(frame, {images, 1, channels}));
    const Tensor in = b.view(shifted, {videos * cells, frames, channels});
    temporal = b.add(feed_forward_geglu(b, "ff_in", b.layer_norm("norm_in", in), mlp_ratio * channels), in);
    temporal = block(b, temporal, b.tensor({videos * cells, context.tokens, context.width}), heads);
  }
  y = mixed(b, spatial, b.view(temporal, y.shape), images, Mixing::learned_with_images);
  y = b.clone(b.view(b.linear("proj_out", y, channels), x.shape));  // channels outermost again
  return b.add(y, x);
}

}  // namespace diffjoule::models
