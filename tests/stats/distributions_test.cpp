// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/distributions.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace diffjoule::stats {
namespace {

TEST(Distributions, GiveTheQuantilesOfTheTables) {
  EXPECT_NEAR(normal_quantile(0.975), 1.959963984540054, 1e-12);
  EXPECT_NEAR(student_t_quantile(0.975, 10), 2.2281388519862735, 1e-12);
  EXPECT_NEAR(student_t_quantile(0.975, 1), std::tan(std::numbers::pi * 0.475), 1e-10);  // Cauchy
  EXPECT_NEAR(student_t_quantile(0.975, 1e9), normal_quantile(0.975), 1e-8);
}

TEST(Distributions, AreSymmetricAboutTheirMedian) {
  for (const double p : {0.001, 0.1, 0.3, 0.5}) {
    EXPECT_NEAR(normal_quantile(p), -normal_quantile(1.0 - p), 1e-12);
    EXPECT_NEAR(student_t_quantile(p, 3.5), -student_t_quantile(1.0 - p, 3.5), 1e-10);
  }
}

TEST(ClopperPearson, GivesTheKnownIntervalOfNineInTen) {
  const Interval interval = clopper_pearson(9, 10, 0.95);
  EXPECT_NEAR(interval.low, 0.5550, 5e-5);
  EXPECT_NEAR(interval.high, 0.9975, 5e-5);
}

// With no success the upper end solves (1 - p)^n = alpha / 2.
TEST(ClopperPearson, ReachesTheEndsAndSolvesTheTails) {
  const Interval none = clopper_pearson(0, 12, 0.9);
  EXPECT_EQ(none.low, 0.0);
  EXPECT_NEAR(std::pow(1.0 - none.high, 12), 0.05, 1e-12);
  const Interval all = clopper_pearson(12, 12, 0.9);
  EXPECT_EQ(all.high, 1.0);
  EXPECT_NEAR(all.low, 1.0 - none.high, 1e-12);
}

TEST(ClopperPearson, ContainsTheProportionAndWidensWithTheLevel) {
  for (std::size_t k = 0; k <= 20; ++k) {
    const Interval narrow = clopper_pearson(k, 20, 0.8);
    const Interval wide = clopper_pearson(k, 20, 0.99);
    EXPECT_TRUE(narrow.contains(static_cast<double>(k) / 20.0));
    EXPECT_LT(narrow.width(), wide.width());
  }
}

}  // namespace
}  // namespace diffjoule::stats
