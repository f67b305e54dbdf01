// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/workload/workload.h"

#include <gtest/gtest.h>

#include <limits>

namespace diffjoule {
namespace {

TEST(Workload, NothingSaidIsAcceptable) { EXPECT_TRUE(check({.model = "any"}).has_value()); }

TEST(Workload, NumbersOutOfRangeNameTheField) {
  EXPECT_NE(check({.model = "any", .width = 0}).error().message().find("width"), std::string::npos);
  EXPECT_NE(check({.model = "any", .steps = -3}).error().message().find("-3"), std::string::npos);
  EXPECT_FALSE(check({.model = "any", .height = 1 << 30}).has_value());
  EXPECT_FALSE(check({.model = "any", .batch = 0}).has_value());
  EXPECT_FALSE(check({.model = "any", .guidance = std::numeric_limits<double>::quiet_NaN()}).has_value());
}

}  // namespace
}  // namespace diffjoule
