// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/stopping.h"

#include <gtest/gtest.h>

#include <random>

namespace diffjoule::measure {
namespace {

TEST(Stopping, RepeatsEndWhenTheMeanIsKnownWellEnough) {
  Repeats r({.relative_half_width = 0.02, .least = 3, .most = 100, .warm_up = 1});
  std::mt19937_64 random(11);
  std::normal_distribution<double> energy(1000.0, 30.0);
  int count = 0;
  while (!r.enough()) {
    r.add(energy(random) * joule, 1.0 * second);
    ASSERT_LT(++count, 101);
  }
  const RepeatSummary s = r.summary();
  EXPECT_GE(s.count, 3u);
  EXPECT_LE(*s.half_width, 0.02 * s.mean);
  EXPECT_EQ(s.count + 1, static_cast<std::size_t>(count));
}

TEST(Stopping, TheIntervalHoldsTheTruthAsOftenAsItSays) {
  std::mt19937_64 random(12);
  std::normal_distribution<double> energy(1000.0, 30.0);
  int held = 0;
  for (int k = 0; k < 2000; ++k) {
    Repeats r({.warm_up = 0});
    for (int i = 0; i < 5; ++i) r.add(energy(random) * joule, 1.0 * second);
    const RepeatSummary s = r.summary();
    held += std::abs((s.mean - 1000.0 * joule).in(joule)) <= s.half_width->in(joule) ? 1 : 0;
  }
  EXPECT_NEAR(held / 2000.0, 0.95, 0.015);
}

TEST(Stopping, CountAndTimeAreTheMostThatIsAllowed) {
  Repeats count({.most = 4, .warm_up = 0});
  for (const double e : {1.0, 100.0, 1.0, 100.0}) count.add(e * joule, 1.0 * second);
  ASSERT_TRUE(count.enough());
  EXPECT_NE(count.enough()->find("4 times"), std::string::npos);
  Repeats time({.warm_up = 0, .longest = 10.0 * second});
  time.add(1.0 * joule, 11.0 * second);
  EXPECT_TRUE(time.enough());
}

TEST(Stopping, TheWarmUpIsThrownAwayAndAnOutlierIsFlaggedAndKept) {
  Repeats r({.warm_up = 2});
  for (const double e : {900.0, 500.0, 100.0, 101.0, 99.0, 100.5, 99.5, 160.0}) r.add(e * joule, 1.0 * second);
  const RepeatSummary s = r.summary();
  EXPECT_EQ(s.count, 6u);
  EXPECT_EQ(s.outliers, (std::vector<std::size_t>{5}));
  EXPECT_NEAR(s.mean.in(joule), 110.0, 1e-9);
}

TEST(Stopping, ATrendOverTheRepeatsIsDrift) {
  Repeats rising({.warm_up = 0}), noisy({.warm_up = 0});
  std::mt19937_64 random(13);
  std::normal_distribution<double> noise(0.0, 5.0);
  for (int i = 0; i < 12; ++i) {
    rising.add((1000.0 + 12.0 * i + noise(random)) * joule, 1.0 * second);
    noisy.add((1000.0 + noise(random)) * joule, 1.0 * second);
  }
  EXPECT_TRUE(rising.summary().drift);
  EXPECT_FALSE(noisy.summary().drift);
}

TEST(Stopping, EqualValuesHaveNoOutliersButTheOneThatDiffers) {
  EXPECT_TRUE(outliers({5.0, 5.0, 5.0, 5.0}).empty());
  EXPECT_EQ(outliers({5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 9.0}), (std::vector<std::size_t>{6}));
}

}  // namespace
}  // namespace diffjoule::measure
