// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/power_curve.h"

#include <gtest/gtest.h>

#include <random>

namespace diffjoule::measure {
namespace {

os::Instant at(double t) { return os::Instant{} + t * second; }

sensors::Channel power(double update, double window) {
  sensors::Channel c;
  c.update_period = update * second;
  c.averaging_window = window * second;
  return c;
}

TEST(PowerCurve, AReadingSpeaksOfTheMiddleOfItsWindowBeforeItsUpdate) {
  Series s;
  s.add(at(10.0), {100.0});
  const PowerCurve c = power_curve(s.points(), power(0.1, 1.0), 0.1 * second, false);
  EXPECT_NEAR((c.points[0].centre - at(10.0 - 0.05 - 0.5)).in(second), 0.0, 1e-9);
}

TEST(PowerCurve, NoiseIsFoundBetweenStepsAndBursts) {
  std::mt19937_64 random(7);
  std::normal_distribution<double> noise(0.0, 2.0);
  Series s;
  for (int i = 0; i < 2000; ++i)
    s.add(at(0.1 * i), {(i / 100 % 2 == 0 ? 100.0 : 300.0) + (i % 25 == 0 ? 150.0 : 0.0) + noise(random)});
  const PowerCurve c = power_curve(s.points(), power(0.1, 0.025), 0.1 * second, false);
  EXPECT_NEAR(c.noise.in(watt), 2.0, 0.4);
}

TEST(PowerCurve, ZeroIsNoReadingWhereItCannotBe) {
  Series s;
  for (int i = 0; i < 10; ++i) s.add(at(0.1 * i), {i % 5 == 0 ? 0.0 : 100.0 + i});
  EXPECT_EQ(power_curve(s.points(), power(0.1, 0.0), 0.1 * second, false).points.size(), 8u);
  EXPECT_EQ(power_curve(s.points(), power(0.1, 0.0), 0.1 * second, false).zeros, 2u);
  EXPECT_EQ(power_curve(s.points(), power(0.1, 0.0), 0.1 * second, true).points.size(), 10u);
}

TEST(PowerCurve, SilenceIsAGapAndAHeldValueIsNot) {
  Series s(0.3 * second);
  for (int i = 0; i <= 50; ++i) s.add(at(0.1 * i), {100.0});
  s.add(at(7.0), {101.0});
  const PowerCurve c = power_curve(s.points(), power(0.1, 0.0), 0.1 * second, false);
  ASSERT_EQ(c.points.size(), 3u);
  EXPECT_FALSE(c.points[1].after_gap);
  EXPECT_TRUE(c.points[2].after_gap);
}

TEST(PowerCurve, TheMedianOfThreeKeepsStepsAndRampsAndDropsSpikes) {
  EXPECT_EQ(median_of_three({1, 1, 1, 5, 5, 5}), (std::vector<double>{1, 1, 1, 5, 5, 5}));
  EXPECT_EQ(median_of_three({1, 2, 3, 4}), (std::vector<double>{1, 2, 3, 4}));
  EXPECT_EQ(median_of_three({1, 1, 9, 1, 1}), (std::vector<double>{1, 1, 1, 1, 1}));
}

}  // namespace
}  // namespace diffjoule::measure
