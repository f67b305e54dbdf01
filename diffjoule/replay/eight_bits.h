// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

// What 8-bit products are multiplied by to be of the size of one again. The input is quantised to around 128 (root
// mean square about 130), the random weights have a root mean square of about 70.
namespace diffjoule::replay {

// `terms`: products that are added up in one element of the result.
[[nodiscard]] inline float eight_bit_factor(std::int64_t terms) {
  return 1.0F / (130.0F * 70.0F * std::sqrt(static_cast<float>(terms)));
}

}  // namespace diffjoule::replay
