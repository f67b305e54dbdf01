// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "diffjoule/graph/builder.h"

// The bricks of convolutional networks: of U-Nets and of the image autoencoders. Tensors are [batch, channels, height,
// width]; the caller opens the module's scope.
namespace diffjoule::models {

// How a tensor lies in memory when a group norm reads it: with channels innermost it is copied first.
enum class Layout { channels_first, channels_last };

struct ResnetOptions {
  Layout layout = Layout::channels_first;
  bool scale_and_shift = false;  // the timestep scales the second norm as well as shifting it
  enum class Resize { none, half, twice } resize = Resize::none;  // of what both convolutions and the residual see
};

// Two convolutions around a residual, conditioned on a timestep where there is one. diffusers ResnetBlock2D.
[[nodiscard]] Tensor resnet_block(Builder& b, const Tensor& x, std::int64_t out_channels,
                                  const std::optional<Tensor>& time = std::nullopt, const ResnetOptions& options = {});

// Nearest neighbours to the size of `other` (or twice the own size), then a convolution: scope "upsamplers.0".
[[nodiscard]] Tensor upsample_block(Builder& b, const Tensor& x, const std::optional<Shape>& other = std::nullopt);

struct TextContext {
  std::int64_t tokens = 0;
  std::int64_t width = 0;
};

// Tokens of the image attend to each other and to the text, `depth` times. diffusers Transformer2DModel with
// BasicTransformerBlock. `linear_projection` says whether the way in and out is a linear layer or a 1x1 convolution;
// `cross_only` lets the first attention look at the text too; `frames` of a video lie in the batch.
[[nodiscard]] Tensor spatial_transformer(Builder& b, const Tensor& x, std::int64_t heads, std::int64_t depth,
                                         TextContext text, bool linear_projection, bool cross_only = false,
                                         std::int64_t frames = 1);

// Frames of a video, which lie in the batch as [batch * frames, channels, height, width], attend to each other at every
// latent cell: twice, in place of the text the second time. diffusers TransformerTemporalModel.
struct TemporalTransformer {
  std::int64_t frames = 1, heads = 1, width = 0, depth = 1;
  std::int64_t most_positions = 0;  // of a stored table of positions of frames, added before each attention; 0: none
};
[[nodiscard]] Tensor temporal_transformer(Builder& b, const Tensor& x, const TemporalTransformer& t);

// A convolution over frames alone: kernel 3 x 1 x 1 on [batch, channels, frames, height, width].
Tensor convolution_over_frames(Builder& b, std::string_view name, const Tensor& x, std::int64_t out_channels);

// [batch * frames, channels, height, width] as [batch, channels, frames, height, width], and back: views.
[[nodiscard]] Tensor as_video(Builder& b, const Tensor& x, std::int64_t frames);
[[nodiscard]] Tensor as_frames(Builder& b, const Tensor& x);

}  // namespace diffjoule::models
