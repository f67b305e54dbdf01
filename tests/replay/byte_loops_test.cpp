// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/byte_loops.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace diffjoule::replay {
namespace {

std::vector<std::uint64_t> counting(std::size_t words) {
  std::vector<std::uint64_t> v(words);
  std::iota(v.begin(), v.end(), 1);
  return v;
}

std::vector<std::uint64_t> moved(const std::vector<std::uint64_t>& from, std::size_t words) {
  std::vector<std::uint64_t> to(words);
  move_bytes(reinterpret_cast<const std::byte*>(from.data()), ByteCount(from.size() * 8),
             reinterpret_cast<std::byte*>(to.data()), ByteCount(words * 8));
  return to;
}

TEST(MoveBytes, OfEqualSizesItCopies) { EXPECT_EQ(moved(counting(100000), 100000), counting(100000)); }

TEST(MoveBytes, AllOfALargerPlaceIsWritten) {
  const std::vector<std::uint64_t> to = moved(counting(1000), 64000);
  for (const std::uint64_t word : to) ASSERT_NE(word, 0U);
}

TEST(MoveBytes, AllOfASmallerPlaceIsWritten) {
  const std::vector<std::uint64_t> to = moved(counting(64000), 999);
  for (const std::uint64_t word : to) ASSERT_NE(word, 0U);
}

TEST(MoveBytes, NothingIsWrittenFromNothing) {
  EXPECT_EQ(moved({}, 3), std::vector<std::uint64_t>(3));
  EXPECT_TRUE(moved(counting(5), 0).empty());
}

TEST(Quantise, AUnitIsTwentyFourStepsAroundTheMiddle) {
  const std::vector<float> x{0.0F, 1.0F, -1.0F, 100.0F, -100.0F};
  std::vector<std::uint8_t> y(5);
  quantise(reinterpret_cast<const std::byte*>(x.data()), DType::float32, 5, reinterpret_cast<std::byte*>(y.data()));
  EXPECT_EQ(y, (std::vector<std::uint8_t>{128, 152, 104, 255, 0}));
}

TEST(Quantise, Bfloat16IsTheUpperHalfOfAFloat) {
  const std::vector<std::uint16_t> x{0x0000, 0x3F80, 0xBF80};  // 0, 1, -1
  std::vector<std::uint8_t> y(3);
  quantise(reinterpret_cast<const std::byte*>(x.data()), DType::bfloat16, 3, reinterpret_cast<std::byte*>(y.data()));
  EXPECT_EQ(y, (std::vector<std::uint8_t>{128, 152, 104}));
}

TEST(LookUpRows, EveryRowIsOneOfTheTable) {
  std::vector<std::uint64_t> table = counting(16), rows(40);
  look_up_rows(reinterpret_cast<const std::byte*>(table.data()), {.rows = 20, .width = 16, .table_rows = 8},
               reinterpret_cast<std::byte*>(rows.data()));
  for (std::size_t i = 0; i < 40; i += 2) {
    EXPECT_EQ(rows[i] % 2, 1U);
    EXPECT_EQ(rows[i + 1], rows[i] + 1);
  }
}

}  // namespace
}  // namespace diffjoule::replay
