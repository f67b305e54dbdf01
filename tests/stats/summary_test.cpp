// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/summary.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace diffjoule::stats {
namespace {

const std::vector<double> values{3.1, -2.0, 7.5, 7.5, 0.25, 12.0, 4.0};

TEST(Quantile, RunsFromTheSmallestToTheLargestAndNeverFalls) {
  EXPECT_EQ(quantile(values, 0.0), -2.0);
  EXPECT_EQ(quantile(values, 1.0), 12.0);
  double last = quantile(values, 0.0);
  for (int i = 1; i <= 1000; ++i) {
    const double next = quantile(values, i / 1000.0);
    EXPECT_GE(next, last);
    last = next;
  }
}

TEST(Quantile, DoesNotCareForTheOrder) {
  std::vector<double> sorted = values;
  std::sort(sorted.rbegin(), sorted.rend());
  for (const double p : {0.0, 0.1, 0.33, 0.5, 0.9}) EXPECT_EQ(quantile(values, p), quantile(sorted, p));
}

TEST(Quantile, MovesAndStretchesWithTheValues) {
  std::vector<double> changed = values;
  for (double& value : changed) value = 2.0 * value + 3.0;
  for (const double p : {0.0, 0.2, 0.5, 0.77}) {
    EXPECT_NEAR(quantile(changed, p), 2.0 * quantile(values, p) + 3.0, 1e-12);
  }
}

// R: quantile(c(1, 2, 4, 8), c(.1, .25, .5, .9)), type 7.
TEST(Quantile, IsTypeSeven) {
  const std::vector<double> doubling{1, 2, 4, 8};
  EXPECT_NEAR(quantile(doubling, 0.1), 1.3, 1e-12);
  EXPECT_NEAR(quantile(doubling, 0.25), 1.75, 1e-12);
  EXPECT_NEAR(median(doubling), 3.0, 1e-12);
  EXPECT_NEAR(quantile(doubling, 0.9), 6.8, 1e-12);
}

// NIST StRD univariate NumAcc4 (in short): values near 1e7 that differ by 0.1 and 0.2; certified mean 10000000.2 and
// standard deviation 0.1.
TEST(StandardDeviation, KeepsItsDigitsFarFromZero) {
  std::vector<double> numacc4{10000000.2};
  for (int i = 0; i < 500; ++i) numacc4.insert(numacc4.end(), {10000000.1, 10000000.3});
  EXPECT_DOUBLE_EQ(mean(numacc4), 10000000.2);
  EXPECT_NEAR(standard_deviation(numacc4), 0.1, 1e-8);
}

TEST(WeightedMean, IsTheMeanOfRepeatedValuesForWholeWeights) {
  const std::vector<double> few{1.0, 5.0, 7.0};
  const std::vector<double> weights{2.0, 0.0, 3.0};
  const std::vector<double> repeated{1.0, 1.0, 7.0, 7.0, 7.0};
  EXPECT_DOUBLE_EQ(weighted_mean(few, weights), mean(repeated));
}

TEST(SummaryDeathTest, RefusesAnEmptyList) { EXPECT_DEATH((void)mean({}), "at least one value"); }

}  // namespace
}  // namespace diffjoule::stats
