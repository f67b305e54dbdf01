// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "diffjoule/stats/summary.h"

namespace diffjoule::stats {
namespace {

const std::vector<std::vector<double>> groups{{1, 2}, {4}, {2, 2, 3}, {9, 8}, {5}, {3, 4}, {6}};

TEST(Bootstrap, GivesTheSameIntervalForTheSameSeed) {
  const auto once = bootstrap(groups, mean, {.seed = 11});
  const auto again = bootstrap(groups, mean, {.seed = 11});
  const auto other = bootstrap(groups, mean, {.seed = 12});
  ASSERT_TRUE(once && again && other);
  EXPECT_EQ(once->interval.low, again->interval.low);
  EXPECT_EQ(once->interval.high, again->interval.high);
  EXPECT_NE(once->interval.low, other->interval.low);
}

// The draws are a part of the contract: std::mt19937_64 seeded with 5489 first gives 14514284786278117030 and then
// 4620546740167642908 (Matsumoto's reference output), which are 2 and 0 modulo 4.
TEST(Bootstrap, DrawsTheSameGroupsOnEveryPlatform) {
  std::vector<std::vector<std::size_t>> seen;
  const auto statistic = [&](std::span<const std::size_t> drawn) {
    seen.emplace_back(drawn.begin(), drawn.end());
    return 0.0;
  };
  ASSERT_TRUE(bootstrap(4, statistic, {.seed = 5489, .replicates = 1}));
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0], (std::vector<std::size_t>{0, 1, 2, 3}));
  EXPECT_EQ(seen[1][0], 2u);
  EXPECT_EQ(seen[1][1], 0u);
}

TEST(Bootstrap, SurroundsTheEstimateAndWidensWithTheLevel) {
  const auto narrow = bootstrap(groups, mean, {.level = 0.5});
  const auto wide = bootstrap(groups, mean, {.level = 0.99});
  ASSERT_TRUE(narrow && wide);
  EXPECT_TRUE(narrow->interval.contains(narrow->estimate));
  EXPECT_LT(narrow->interval.width(), wide->interval.width());
}

TEST(Bootstrap, CoversTheMeanAboutAsOftenAsItSays) {
  std::mt19937_64 random(3);
  int covered = 0;
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::vector<std::vector<double>> sample(40);
    for (auto& group : sample) {  // exponential by inversion, mean one
      group = {-std::log(1.0 - static_cast<double>(random() >> 11) * 0x1p-53)};
    }
    const auto result = bootstrap(sample, mean, {.replicates = 400, .level = 0.9});
    ASSERT_TRUE(result);
    covered += result->interval.contains(1.0) ? 1 : 0;
  }
  EXPECT_GT(covered, 160);
  EXPECT_LT(covered, 197);
}

TEST(Bootstrap, CountsWhereTheStatisticIsUndefined) {
  const auto first_is_one = [](std::span<const std::size_t> drawn) { return drawn[0] == 1 ? std::nan("") : 1.0; };
  const auto some = bootstrap(5, first_is_one);
  ASSERT_TRUE(some);
  EXPECT_NEAR(static_cast<double>(some->undefined), 400.0, 100.0);
  EXPECT_FALSE(bootstrap(5, [](std::span<const std::size_t> drawn) { return drawn[1] == 1 ? 0.0 : std::nan(""); }));
  EXPECT_FALSE(bootstrap(1, first_is_one));
}

}  // namespace
}  // namespace diffjoule::stats
