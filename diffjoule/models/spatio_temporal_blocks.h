// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "diffjoule/graph/builder.h"
#include "diffjoule/models/unet_blocks.h"

// The bricks of Stable Video Diffusion (Blattmann et al., 2023): a layer of an image network, the same over frames, and
// a learned mean of the two. Frames lie in the batch: [batch * frames, channels, height, width]; the caller opens the
// module's scope.
namespace diffjoule::models {

// How the two are weighed: by a learned number that frames which are images of their own ignore (the U-Net), or by that
// number alone, of which one less it is used (the decoder).
enum class Mixing { learned_with_images, learned_switched };

// A residual block over the image, then one over frames. diffusers SpatioTemporalResBlock. `time` [batch, width].
[[nodiscard]] Tensor spatio_temporal_resnet(Builder& b, const Tensor& x, std::int64_t out_channels, std::int64_t frames,
                                            Mixing mixing, const std::optional<Tensor>& time = std::nullopt,
                                            Layout layout = Layout::channels_first);

// Tokens of each image attend to each other and to the context, then each cell's frames do. diffusers
// TransformerSpatioTemporalModel. `context` is per image.
[[nodiscard]] Tensor spatio_temporal_transformer(Builder& b, const Tensor& x, std::int64_t heads, std::int64_t depth,
                                                 std::int64_t frames, TextContext context);

}  // namespace diffjoule::models
