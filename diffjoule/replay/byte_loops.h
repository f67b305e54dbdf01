// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "diffjoule/graph/dtype.h"
#include "diffjoule/units/count.h"

// The loops over memory that oneDNN has no operator for, on all threads.
namespace diffjoule::replay {

// Reads all of `from` once and writes all of `to` once, from what stands at the same share of the way: a copy where the
// sizes are equal, a resize where they are not. Both at multiples of 8 bytes.
void move_bytes(const std::byte* from, ByteCount reads, std::byte* to, ByteCount writes);

// Copies `rows` rows of `width` bytes from pseudo-random places of a table.
struct RowLookup {
  std::int64_t rows, width, table_rows;
};
void look_up_rows(const std::byte* table, const RowLookup& lookup, std::byte* to);

// Real numbers to eight bits, 24 steps a unit around 128. float32 or a 16-bit type's upper half of it.
void quantise(const std::byte* from, DType dtype, std::size_t elements, std::byte* to);

}  // namespace diffjoule::replay
