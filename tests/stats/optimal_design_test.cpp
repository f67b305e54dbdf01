// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/optimal_design.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <random>

namespace diffjoule::stats {
namespace {

constexpr std::uint64_t seed = 4711;

Matrix random_rows(std::size_t rows, std::size_t columns, std::mt19937_64& random) {
  std::normal_distribution<double> normal;
  Matrix matrix(rows, columns);
  for (std::size_t i = 0; i < rows; ++i) {
    for (double& value : matrix.row(i)) value = normal(random);
  }
  return matrix;
}

TEST(Knowledge, OfOneParameterIsThatOfAWeightedMean) {
  const std::array<double, 1> deviation{2.0}, one{1.0};
  Knowledge k(deviation);
  k.add(one, 4.0);
  EXPECT_NEAR(k.variance(one), 1.0 / (1.0 / 4.0 + 1.0 / 4.0), 1e-12);
  k.add(one, 1.0);
  EXPECT_NEAR(k.variance(one), 1.0 / (0.25 + 0.25 + 1.0), 1e-12);
}

TEST(Knowledge, GainIsWhatARunThenTakesOffTheMeanVariance) {
  std::mt19937_64 random(seed);
  const std::vector<double> deviations{0.5, 1.0, 2.0, 0.1};
  const Matrix target = random_rows(20, 4, random), runs = random_rows(15, 4, random);
  Knowledge k(deviations);
  for (std::size_t i = 0; i < runs.rows(); ++i) {
    const double before = k.mean_variance(target), gain = k.gain(runs.row(i), 0.3, target);
    EXPECT_GT(gain, 0.0);
    k.add(runs.row(i), 0.3);
    EXPECT_NEAR(before - k.mean_variance(target), gain, 1e-9 * before);
  }
}

TEST(Knowledge, DoesNotDependOnTheOrderOfRuns) {
  std::mt19937_64 random(seed);
  const std::vector<double> deviations{0.5, 1.0, 2.0};
  const Matrix runs = random_rows(8, 3, random);
  Knowledge forwards(deviations), backwards(deviations);
  for (std::size_t i = 0; i < runs.rows(); ++i) {
    forwards.add(runs.row(i), 0.1 + static_cast<double>(i));
    backwards.add(runs.row(7 - i), 0.1 + static_cast<double>(7 - i));
  }
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(forwards.covariance()(i, j), backwards.covariance()(i, j), 1e-12);
  }
}

TEST(Knowledge, OfWhatNoRunTouchesStaysThePrior) {
  const std::array<double, 2> deviations{0.5, 3.0}, first{1.0, 0.0}, second{0.0, 1.0};
  Knowledge k(deviations);
  for (int i = 0; i < 10; ++i) k.add(first, 0.01);
  EXPECT_DOUBLE_EQ(k.variance(second), 9.0);
  EXPECT_LT(k.variance(first), 0.0011);
}

}  // namespace
}  // namespace diffjoule::stats
