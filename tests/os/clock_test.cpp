// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/clock.h"

#include <gtest/gtest.h>

#include "tests/fakes/manual_clock.h"

namespace diffjoule::os {
namespace {

TEST(Clock, AnAlarmThatRangEndsEveryWait) {
  SystemClock clock;
  Alarm alarm;
  alarm.ring();
  EXPECT_TRUE(clock.wait_until(clock.now() + 3600.0 * second, alarm));
  alarm.reset();
  EXPECT_FALSE(clock.wait_until(clock.now(), alarm));
}

TEST(Clock, TheMonotonicClockDoesNotFollowAJumpOfTheWallClock) {
  fakes::ManualClock clock;
  const Instant before = clock.now();
  clock.jump_wall_clock(-3600.0 * second);
  EXPECT_EQ(clock.now(), before);
}

TEST(Clock, ADayIsExactToTheNanosecond) {
  const Instant t = Instant::at_nanoseconds(1'000'000'000'000'000'001);
  EXPECT_EQ((t + 86400.0 * second).nanoseconds() - t.nanoseconds(), 86'400'000'000'000);
}

TEST(Clock, WallTimeIsWrittenInUtcWithMilliseconds) {
  EXPECT_EQ(utc_text(0.0 * second), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(utc_text(1795894385.9996 * second), "2026-11-28T19:33:06.000Z");
}

}  // namespace
}  // namespace diffjoule::os
