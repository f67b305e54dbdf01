// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "diffjoule/graph/builder.h"

namespace diffjoule::models {

// The mixer of state-space models on x [batch, tokens, width] (Gu and Dao, "Mamba: Linear-Time Sequence Modeling with
// Selective State Spaces", 2023): a projection in, a short causal convolution over tokens, the selective scan, a gate,
// a projection out. Published parameter names; `both_ways` adds a second scan over the reversed sequence.
struct MambaMixer {
  std::int64_t state = 16, kernel = 4, expand = 2;
  bool both_ways = false;
};
[[nodiscard]] Tensor mamba_mixer(Builder& b, const Tensor& x, const MambaMixer& m);

}  // namespace diffjoule::models
