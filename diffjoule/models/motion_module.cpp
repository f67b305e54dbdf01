// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/motion_module.h"

#include <string>

#include "diffjoule/models/unet_blocks.h"

namespace diffjoule::models {

Tensor motion_module(Builder& b, std::int64_t index, const Tensor& x, std::int64_t frames, const MotionModules& m,
                     bool middle) {
  auto scope = b.scope("motion_modules." + std::to_string(index));
  return temporal_transformer(b, x, {frames, m.heads, x.shape[1], middle ? m.middle_depth : m.depth, m.most_frames});
}

}  // namespace diffjoule::models
