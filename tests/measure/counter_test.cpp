// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/counter.h"

#include <gtest/gtest.h>

#include <vector>

namespace diffjoule::measure {
namespace {

os::Instant at(double t) { return os::Instant{} + t * second; }

sensors::Channel energy() {
  sensors::Channel c;
  c.name = "energy";
  c.measurand = sensors::Measurand::energy;
  c.update_period = 0.1 * second;
  return c;
}

std::vector<Series::Point> read(const std::vector<std::pair<double, double>>& readings) {
  Series s;
  for (const auto& [t, v] : readings) s.add(at(t), {v});
  return s.points();
}

TEST(Counter, AStepLiesBetweenTheLastOldAndTheFirstNewReading) {
  const CounterPath p = counter_path(read({{0.0, 10.0}, {0.05, 10.0}, {0.052, 13.0}}), energy());
  ASSERT_EQ(p.knots.size(), 2u);
  EXPECT_EQ(p.knots[1].earliest, at(0.05));
  EXPECT_EQ(p.knots[1].latest, at(0.052));
  EXPECT_DOUBLE_EQ(p.knots[1].value.in(joule), 13.0);
}

TEST(Counter, AStepThatWasFollowedDatesItsNeighbours) {
  std::vector<std::pair<double, double>> readings{{0.05, 1.0}, {0.15, 2.0}, {0.25, 3.0}, {0.298, 3.0}, {0.3, 4.0}};
  const CounterPath p = counter_path(read(readings), energy());
  ASSERT_EQ(p.knots.size(), 4u);
  EXPECT_LT(p.knots[2].half_width(), 0.004 * second);
  EXPECT_NEAR((p.knots[2].middle() - at(0.199)).in(second), 0.0, 0.001);
  EXPECT_NEAR((p.knots[1].middle() - at(0.099)).in(second), 0.0, 0.001);
}

TEST(Counter, AFallIsABreakAndNothingIsAddedAcrossIt) {
  const CounterPath p = counter_path(read({{0.0, 1000.0}, {0.1, 1030.0}, {0.2, 5.0}, {0.3, 35.0}}), energy());
  ASSERT_EQ(p.breaks.size(), 1u);
  EXPECT_EQ(p.breaks[0].kind, Break::Kind::fell);
  EXPECT_NE(p.knots.front().segment, p.knots.back().segment);
}

TEST(Counter, AWrapIsUndoneWhereTheChannelSaysWhere) {
  sensors::Channel c = energy();
  c.wraps_at = 262143.0;
  c.resolution = 1.0;
  const CounterPath p = counter_path(read({{0.0, 262140.0}, {0.1, 6.0}}), c);
  EXPECT_TRUE(p.breaks.empty());
  EXPECT_DOUBLE_EQ((p.knots[1].value - p.knots[0].value).in(joule), 10.0);
}

TEST(Counter, AResetOfAWrappingCounterIsNoWrap) {
  sensors::Channel c = energy();
  c.wraps_at = 262143.0;
  const CounterPath p = counter_path(read({{0.0, 100000.0}, {0.1, 3.0}}), c);  // a wrap would mean 1.6 MW
  ASSERT_EQ(p.breaks.size(), 1u);
  EXPECT_EQ(p.breaks[0].kind, Break::Kind::fell);
}

TEST(Counter, MoreThanHalfARangeUnseenIsNotGuessed) {
  sensors::Channel c = energy();
  c.wraps_at = 1000.0;
  const CounterPath p = counter_path(read({{0.0, 100.0}, {60.0, 800.0}}), c);
  ASSERT_EQ(p.breaks.size(), 1u);
  EXPECT_EQ(p.breaks[0].kind, Break::Kind::wrap_unknown);
}

TEST(Counter, AWrapThatNobodySaysWhereIsAGap) {
  sensors::Channel c = energy();
  c.may_wrap = true;
  const CounterPath p = counter_path(read({{0.0, 4290.0}, {0.1, 3.0}}), c);
  ASSERT_EQ(p.breaks.size(), 1u);
  EXPECT_EQ(p.breaks[0].kind, Break::Kind::wrap_unknown);
}

TEST(Counter, OneThatIsSlowerThanItSaysIsBelievedToBeSlow) {
  std::vector<std::pair<double, double>> readings;
  for (int i = 0; i < 400; ++i) readings.emplace_back(0.1 * i, 30.0 * (i / 10));
  const CounterPath p = counter_path(read(readings), energy());
  EXPECT_GT(p.update, 0.8 * second);
  sensors::Channel unknown = energy();
  unknown.update_period = Duration();
  EXPECT_GT(counter_path(read(readings), unknown).update, 0.8 * second);
}

TEST(Counter, ALostDeviceIsRememberedUntilItComesBack) {
  Series s;
  s.add(at(0.0), {1.0});
  s.add(at(0.1), {0.0, sensors::Absence::lost});
  EXPECT_TRUE(counter_path(s.points(), energy()).lost_at);
  s.add(at(0.2), {7.0});
  EXPECT_FALSE(counter_path(s.points(), energy()).lost_at);
}

}  // namespace
}  // namespace diffjoule::measure
