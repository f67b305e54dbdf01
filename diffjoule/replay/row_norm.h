// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "diffjoule/graph/dtype.h"

// Rows to mean 0 and variance 1, an own loop on all threads: oneDNN 2 compiles one for each width, and takes minutes
// for the groups of a large image.
namespace diffjoule::replay {

struct Rows {
  std::int64_t rows, width;
};

// float32 or bfloat16. Two passes over each row, the statistics and the values, as eager execution does.
void normalise_rows(const std::byte* from, DType dtype, const Rows& rows, std::byte* to);

}  // namespace diffjoule::replay
