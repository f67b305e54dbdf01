// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "diffjoule/graph/builder.h"
#include "diffjoule/models/config.h"

// What AnimateDiff adds to every layer of an image U-Net: attention over frames. Guo et al., "AnimateDiff", 2023. Its
// weights are a component of their own (diffusers MotionAdapter); with them the U-Net is a UNetMotionModel.
namespace diffjoule::models {

struct MotionModules {
  explicit MotionModules(Config& c)
      : heads(c.integer("motion_num_attention_heads", 8)),
        depth(c.integer("motion_transformer_layers_per_block", 1)),
        middle_depth(c.integer("motion_transformer_layers_per_mid_block", 1)),
        most_frames(c.integer("motion_max_seq_length", 32)),
        in_middle(c.flag("use_motion_mid_block", true)) {}
  std::int64_t heads, depth, middle_depth, most_frames;
  bool in_middle;
};

// Module "motion_modules.INDEX" on x [batch * frames, channels, height, width].
[[nodiscard]] Tensor motion_module(Builder& b, std::int64_t index, const Tensor& x, std::int64_t frames,
                                   const MotionModules& m, bool middle = false);

}  // namespace diffjoule::models
