// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/correlation.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace diffjoule::stats {
namespace {

TEST(AverageRanks, ShareTheRankOfEqualValues) {
  const std::vector<double> values{10, 20, 10, 30, 10, 20};
  EXPECT_EQ(average_ranks(values), (std::vector<double>{2, 4.5, 2, 6, 2, 4.5}));
}

TEST(Pearson, IsOneForALineWhateverItsScale) {
  const std::vector<double> a{1e-9, 4e-9, 2e-9, 7e-9};
  std::vector<double> b;
  std::vector<double> down;
  for (const double value : a) b.push_back(1e15 * value + 4.0);
  for (const double value : a) down.push_back(-value);
  EXPECT_NEAR(*pearson(a, b), 1.0, 1e-12);
  EXPECT_NEAR(*pearson(a, down), -1.0, 1e-12);
}

// Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: sum of products of deviations 4.5, sums of squares 4.5 and 5.
TEST(Spearman, AveragesTies) {
  const std::vector<double> a{1, 2, 2, 3};
  const std::vector<double> b{1, 2, 3, 4};
  EXPECT_NEAR(*spearman(a, b), 4.5 / std::sqrt(4.5 * 5.0), 1e-14);
}

TEST(Spearman, SeesOnlyTheOrder) {
  const std::vector<double> a{0.3, 5.0, 2.2, 9.1, 4.4};
  const std::vector<double> b{7.0, 1.0, 6.0, 2.0, 9.0};
  std::vector<double> warped;
  for (const double value : a) warped.push_back(std::exp(value));
  EXPECT_DOUBLE_EQ(*spearman(a, b), *spearman(warped, b));
  EXPECT_DOUBLE_EQ(*spearman(a, warped), 1.0);
}

TEST(Correlation, IsAbsentWhereAListDoesNotVary) {
  const std::vector<double> flat{2, 2, 2};
  const std::vector<double> rising{1, 2, 3};
  EXPECT_FALSE(pearson(flat, rising));
  EXPECT_FALSE(spearman(rising, flat));
  EXPECT_FALSE(pearson({}, {}));
}

}  // namespace
}  // namespace diffjoule::stats
