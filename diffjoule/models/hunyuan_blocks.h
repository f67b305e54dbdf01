// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "diffjoule/models/joint_blocks.h"

// What HunyuanVideo, HunyuanVideo 1.5 and HunyuanImage share: FLUX blocks with rotation on the image only, image first,
// and text that small blocks refine.
namespace diffjoule::models {

// Positions along each axis in one table, as HunyuanVideoRotaryPosEmbed makes it every forward.
void rope_table_by_axis(Builder& b, std::int64_t tokens, const std::vector<std::int64_t>& axes,
                        std::int64_t head_width);

// Text under its own timestep and pooled embedding, a projection and `blocks` of self-attention and feed-forward.
// diffusers HunyuanVideoTokenRefiner.
[[nodiscard]] Tensor refined_text(Builder& b, std::string_view name, const Tensor& text, std::int64_t blocks,
                                  const Heads& heads);

// The mask over the joint sequence, made once.
void joint_mask(Builder& b, std::int64_t batch, std::int64_t tokens);

[[nodiscard]] Streams hunyuan_double_block(Builder& b, const Streams& x, const Tensor& vector, const Heads& heads);
[[nodiscard]] Streams hunyuan_single_block(Builder& b, const Streams& x, const Tensor& vector, const Heads& heads);

}  // namespace diffjoule::models
