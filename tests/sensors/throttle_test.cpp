// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/throttle.h"

#include <gtest/gtest.h>

#include <set>

namespace diffjoule::sensors {
namespace {

TEST(Throttle, NothingSlowsDownIsNoName) { EXPECT_TRUE(throttle_names(0).empty()); }

TEST(Throttle, ReasonsAreNamedInTheOrderOfTheirBits) {
  EXPECT_EQ(throttle_names(throttle_thermal_software | throttle_power_cap),
            (std::vector<std::string>{"power cap", "thermal (software)"}));
}

TEST(Throttle, EveryReasonHasANameOfItsOwn) {
  std::set<std::string> names;
  for (std::uint32_t bit = 1; bit <= throttle_display; bit <<= 1) {
    const auto one = throttle_names(bit);
    ASSERT_EQ(one.size(), 1U) << bit;
    EXPECT_EQ(one[0].find("unknown"), std::string::npos) << bit;
    names.insert(one[0]);
  }
  EXPECT_EQ(names.size(), 9U);
  EXPECT_EQ(throttle_names(0x1ff).size(), 9U);
}

TEST(Throttle, BitsOfNewerDriversAreSaidNotDropped) {
  EXPECT_EQ(throttle_names(0x8000 | throttle_power_cap), (std::vector<std::string>{"power cap", "unknown (0x8000)"}));
}

TEST(Throttle, APowerCapIsNormalAndHeatIsNot) {
  EXPECT_EQ(doubtful_throttling & throttle_power_cap, 0U);
  EXPECT_EQ(doubtful_throttling & throttle_idle, 0U);
  EXPECT_NE(doubtful_throttling & throttle_thermal_hardware, 0U);
}

}  // namespace
}  // namespace diffjoule::sensors
