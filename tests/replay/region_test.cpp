// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/region.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "tests/replay/workbench.h"

namespace diffjoule::replay {
namespace {

constexpr std::size_t size = std::size_t{128} * 1024;

template <class T>
T at(const Region& region, std::size_t i) {
  T value;
  std::memcpy(&value, region.begin() + i * sizeof value, sizeof value);
  return value;
}

TEST(Regions, WeightsAreSmallNumbersInEveryDtype) {
  Region region;
  ASSERT_TRUE(region.take(ByteCount(size), Pattern::weights, DType::bfloat16));
  double bytes = 0.0, floats = 0.0;
  for (std::size_t i = 0; i < size / 4; ++i) {
    const float f = at<float>(region, i);
    ASSERT_GE(std::fabs(f), std::ldexp(1.0F, -7));
    ASSERT_LT(std::fabs(f), std::ldexp(1.0F, -5));
    ASSERT_LT(std::fabs(from_half(at<std::uint16_t>(region, 2 * i))), std::ldexp(1.0F, -5));
    floats += f;
    for (std::size_t j = 0; j < 4; ++j) bytes += at<std::int8_t>(region, 4 * i + j);
  }
  EXPECT_NEAR(floats / (size / 4.0), 0.0, 1e-3);  // both signs
  EXPECT_NEAR(bytes / size, 0.0, 4.0);
}

TEST(Regions, ActivationsAreAroundOneInTheirDtype) {
  Region region;
  ASSERT_TRUE(region.take(ByteCount(size), Pattern::activations, DType::float32));
  for (std::size_t i = 0; i < size / 4; ++i) {
    ASSERT_GE(std::fabs(at<float>(region, i)), 0.5F);
    ASSERT_LT(std::fabs(at<float>(region, i)), 2.0F);
  }
  ASSERT_TRUE(region.take(ByteCount(size), Pattern::activations, DType::bfloat16));
  for (std::size_t i = 0; i < size / 2; ++i) {
    ASSERT_GE(std::fabs(from_half(at<std::uint16_t>(region, i))), 0.5F);
    ASSERT_LT(std::fabs(from_half(at<std::uint16_t>(region, i))), 2.0F);
  }
}

TEST(Regions, WhatTheSystemCannotGiveIsExhausted) {
  Region region;
  const Status status = region.take(ByteCount(WideInteger{1} << 60U), Pattern::weights, DType::float32);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::exhausted);
  EXPECT_EQ(region.begin(), nullptr);
}

}  // namespace
}  // namespace diffjoule::replay
