// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/trace.h"

#include <gtest/gtest.h>

namespace diffjoule::measure {
namespace {

using sensors::Absence;

os::Instant at(double t) { return os::Instant{} + t * second; }

TEST(Trace, ARunOfEqualValuesIsItsFirstAndLastReading) {
  Series s;
  for (int i = 0; i < 1000; ++i) s.add(at(0.1 * i), {42.0});
  s.add(at(100.0), {43.0});
  const auto points = s.points();
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].time, at(0.0));
  EXPECT_FALSE(points[0].held);
  EXPECT_EQ(points[1].time, at(99.9));
  EXPECT_TRUE(points[1].held);
  EXPECT_EQ(points[2].reading.value, 43.0);
}

TEST(Trace, ARunDoesNotGoOnWhereNobodyLooked) {
  Series s(0.3 * second);
  s.add(at(0.0), {42.0});
  s.add(at(0.1), {42.0});
  s.add(at(5.0), {42.0});
  ASSERT_EQ(s.size(), 3u);
  EXPECT_FALSE(s.points()[2].held);
}

TEST(Trace, AnAbsenceIsKeptWithItsReasonAndIsNoValue) {
  Series s;
  s.add(at(0.0), {7.0});
  s.add(at(0.1), {7.0, Absence::lost});
  s.add(at(0.2), {0.0, Absence::failed});
  const auto points = s.points();
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[1].reading.absence, Absence::lost);
  EXPECT_EQ(points[1].reading.value, 0.0);
  EXPECT_EQ(points[2].reading.absence, Absence::failed);
}

TEST(Trace, ASliceHasItsNeighbours) {
  Series s;
  for (int i = 0; i < 100; ++i) s.add(at(i), {static_cast<double>(i)});
  const auto slice = s.around(at(10.5), at(12.5), 2);
  ASSERT_EQ(slice.size(), 6u);
  EXPECT_EQ(slice.front().reading.value, 9.0);
  EXPECT_EQ(slice.back().reading.value, 14.0);
  EXPECT_EQ(s.around(at(-5.0), at(-1.0), 3).size(), 3u);
  EXPECT_EQ(s.around(at(500.0), at(600.0), 3).size(), 3u);
  EXPECT_TRUE(Series().around(at(0.0), at(1.0), 3).empty());
}

TEST(Trace, TimesAreExactToTheNanosecond) {
  Series s;
  const os::Instant t = os::Instant::at_nanoseconds(400'000'000'000'000'001);  // twelve years after the origin
  s.add(t, {1.0});
  EXPECT_EQ(s.points()[0].time, t);
}

TEST(Trace, WhatIsForgottenIsGoneAndTheRestIsAsItWas) {
  Series s, whole;
  for (int i = 0; i < 100; ++i) {
    for (Series* series : {&s, &whole}) series->add(at(i), {static_cast<double>(i / 3)});
    if (i == 60) s.forget(at(50.0));
  }
  EXPECT_LT(s.size(), whole.size());
  const auto mine = s.around(at(52.0), at(90.0), 1), theirs = whole.around(at(52.0), at(90.0), 1);
  ASSERT_EQ(mine.size(), theirs.size());
  for (std::size_t i = 0; i < mine.size(); ++i) {
    EXPECT_EQ(mine[i].time, theirs[i].time);
    EXPECT_EQ(mine[i].reading.value, theirs[i].reading.value);
  }
  EXPECT_LE(s.points().front().time, at(50.0));  // one before: a window that begins there has its neighbour
  EXPECT_FALSE(s.points().front().held);
  s.forget(at(1000.0));
  EXPECT_EQ(s.size(), 1u);
  Series empty;
  empty.forget(at(1.0));
  EXPECT_TRUE(empty.empty());
}

}  // namespace
}  // namespace diffjoule::measure
