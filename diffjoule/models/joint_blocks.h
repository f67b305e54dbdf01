// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "diffjoule/graph/builder.h"

// The bricks of transformers in which text and image keep their own weights and meet in one attention: FLUX, Chroma,
// FLUX.2, HunyuanVideo and their kin. Tensors are [batch, tokens, width].
namespace diffjoule::models {

struct Streams {
  Tensor image, text;
};

// Attention over heads whose queries and keys are normed head by head.
struct Heads {
  std::int64_t count = 1;
  std::int64_t head_width = 1;
  Bias bias = Bias::yes;
  bool masked = false;
  [[nodiscard]] std::int64_t width() const { return count * head_width; }
};

// Cosines and sines of `tokens` positions along each axis, in float64, made anew every forward. diffusers
// FluxPosEmbed, Flux2PosEmbed.
void rope_table(Builder& b, std::int64_t tokens, const std::vector<std::int64_t>& axes, std::int64_t head_width);

// x cos + rotated(x) sin over pairs; Su et al., "RoFormer", 2021.
[[nodiscard]] Tensor rotate_pairs(Builder& b, const Tensor& x, const Heads& heads);

// A projection to queries or keys with its RMS norm over each head.
[[nodiscard]] Tensor normed_projection(Builder& b, std::string_view projection, std::string_view norm, const Tensor& x,
                                       const Heads& heads);

// An RMS norm over each head of what is already projected.
[[nodiscard]] Tensor head_norm(Builder& b, std::string_view norm, const Tensor& x, const Heads& heads);

// NAME.to_q and so on for the image, NAME.add_q_proj and so on for the text, text first in the joint sequence.
[[nodiscard]] Streams joint_attention(Builder& b, std::string_view name, const Streams& x, const Heads& heads);

// `parts` modulation vectors from the conditioning, of which the result stands for each: SiLU, NAME.linear.
[[nodiscard]] Tensor modulation(Builder& b, std::string_view name, const Tensor& conditioning, std::int64_t parts,
                                std::int64_t width, Bias bias = Bias::yes);

// SiLU(first half) x second half of one projection, and one back. Shazeer, 2020. NAME.IN and NAME.OUT without bias.
[[nodiscard]] Tensor gated_projection(Builder& b, const Tensor& both);

}  // namespace diffjoule::models
