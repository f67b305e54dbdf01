// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/header.h"

#include <limits>

namespace diffjoule::checkpoint {

Result<std::uint64_t> elements_of(const std::vector<std::int64_t>& shape) {
  std::uint64_t product = 1;
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  for (const std::int64_t extent : shape) {
    if (extent < 0) return fail(ErrorCode::invalid_data, "a shape has the negative extent " + std::to_string(extent));
    const auto wide = static_cast<std::uint64_t>(extent);
    if (wide != 0 && product > most / wide) return fail(ErrorCode::invalid_data, "a shape has more than 2^63 elements");
    product *= wide;
  }
  return product;
}

}  // namespace diffjoule::checkpoint
