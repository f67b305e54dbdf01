// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "diffjoule/graph/builder.h"

// The block of Lumina-Image 2 and Z-Image: RMS norms before and after attention and feed-forward, grouped queries,
// gates through tanh, a scale without a shift. Qin et al., "Lumina-Image 2.0", 2025.
namespace diffjoule::models {

struct SandwichBlock {
  std::int64_t width = 0, heads = 1, kv_heads = 1, inner = 0;
  // Names of the modules, which differ between the two.
  const char *attention, *norm_before, *norm_after, *gate, *up, *down, *modulation;
};

// `vector` modulates; without one the block is plain (the refiners of text).
[[nodiscard]] Tensor sandwich_block(Builder& b, const Tensor& x, const std::optional<Tensor>& vector,
                                    const SandwichBlock& block);

}  // namespace diffjoule::models
