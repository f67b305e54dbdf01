// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/graph/op.h"
#include "diffjoule/replay/kernel.h"

// softmax(q k^T / sqrt(width)) v in tiles, so that the scores of a tile stay in cache: two oneDNN products around its
// softmax. The full score matrix is computed, masked or not; a mask itself is not read. q [heads, queries, width] is
// what an earlier operator wrote; k and v, [heads, keys, width], are second operands. Heads that share keys are one
// with more queries.
namespace diffjoule::replay {

// Of scores, at most, at a time.
inline constexpr std::uint64_t scores_in_cache = std::uint64_t{8} << 20U;  // bytes

[[nodiscard]] Result<KernelPointer> attention_kernel(const Attention& op, const Making& making);

}  // namespace diffjoule::replay
