// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/wall_line.h"

#include <gtest/gtest.h>

namespace diffjoule::sensors {
namespace {

TEST(WallLine, ABareNumberIsWatts) {
  EXPECT_EQ(parse_wall_line("231.5\r").power->in(watt), 231.5);
  EXPECT_EQ(parse_wall_line("  +7 ").power->in(watt), 7.0);
  EXPECT_EQ(parse_wall_line("0").power->in(watt), 0.0);
}

TEST(WallLine, WordsAreKeysWithUnits) {
  const WallWords words = parse_wall_line("time=5, power_w=20.5;energy_wh=2 voltage=x");
  EXPECT_EQ(words.power->in(watt), 20.5);
  EXPECT_EQ(words.energy->in(joule), 7200.0);
  EXPECT_EQ(parse_wall_line("energy_j=9").energy->in(joule), 9.0);
  EXPECT_EQ(parse_wall_line("watts=4").power->in(watt), 4.0);
}

TEST(WallLine, WhatSaysNothingIsNothing) {
  for (const char* line :
       {"", " ", "# 5", "hello", "power_w=", "power_w=nan", "power_w=5W", "inf", "1 2", "energy=5", "="})
    EXPECT_TRUE(parse_wall_line(line).empty()) << line;
}

}  // namespace
}  // namespace diffjoule::sensors
