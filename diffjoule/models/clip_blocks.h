// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "diffjoule/graph/builder.h"

// The layer that CLIP's text and image towers share. Radford et al., "Learning Transferable Visual Models From Natural
// Language Supervision", 2021. transformers CLIPEncoderLayer.
namespace diffjoule::models {

struct ClipLayer {
  std::int64_t heads = 1, inner = 1;
  bool quick_gelu = false;  // x sigmoid(1.702 x) instead of GELU
  bool causal = false;      // text
};

[[nodiscard]] Tensor clip_layer(Builder& b, Tensor x, const ClipLayer& layer);

}  // namespace diffjoule::models
