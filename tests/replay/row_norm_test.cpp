// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/row_norm.h"

#include <cmath>

#include "tests/replay/workbench.h"

namespace diffjoule::replay {
namespace {

TEST(RowNorm, EveryRowHasMeanZeroAndVarianceOne) {
  constexpr std::size_t width = 75;  // not a whole number of vectors
  Numbers x = random_numbers(3 * width, 1), y(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = x[i] * 3.0F + static_cast<float>(i / width);
  normalise_rows(reinterpret_cast<const std::byte*>(x.data()), DType::float32, {3, width},
                 reinterpret_cast<std::byte*>(y.data()));
  for (std::size_t row = 0; row < 3; ++row) {
    double sum = 0.0, squares = 0.0;
    for (std::size_t i = row * width; i < (row + 1) * width; ++i) {
      sum += y[i];
      squares += static_cast<double>(y[i]) * y[i];
    }
    EXPECT_NEAR(sum / width, 0.0, 1e-5);
    EXPECT_NEAR(squares / width, 1.0, 1e-4);
  }
}

TEST(RowNorm, Bfloat16IsTheSameToItsPrecision) {
  constexpr std::size_t width = 40;
  const Numbers x = random_numbers(width, 2);
  Numbers wanted(width);
  std::vector<std::uint16_t> halves(width), normalised(width);
  for (std::size_t i = 0; i < width; ++i) halves[i] = half_of(x[i]);
  normalise_rows(reinterpret_cast<const std::byte*>(x.data()), DType::float32, {1, width},
                 reinterpret_cast<std::byte*>(wanted.data()));
  normalise_rows(reinterpret_cast<const std::byte*>(halves.data()), DType::bfloat16, {1, width},
                 reinterpret_cast<std::byte*>(normalised.data()));
  for (std::size_t i = 0; i < width; ++i) EXPECT_NEAR(from_half(normalised[i]), wanted[i], 0.03F);
}

TEST(RowNorm, ARowOfEqualNumbersIsZero) {
  const Numbers x(64, 5.0F);
  Numbers y(64, 1.0F);
  normalise_rows(reinterpret_cast<const std::byte*>(x.data()), DType::float32, {1, 64},
                 reinterpret_cast<std::byte*>(y.data()));
  expect_near(y, Numbers(64), 1e-3F);
}

}  // namespace
}  // namespace diffjoule::replay
