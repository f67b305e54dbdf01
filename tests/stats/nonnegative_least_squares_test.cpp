// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/nonnegative_least_squares.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "diffjoule/stats/least_squares.h"
#include "tests/stats/nist.h"

namespace diffjoule::stats {
namespace {

struct Problem {
  Matrix x;
  std::vector<double> y;
  std::vector<double> weights;
};

Problem random_problem(std::mt19937_64& random, std::size_t rows, std::size_t columns) {
  std::normal_distribution<double> normal;
  Problem problem{.x = Matrix(rows, columns), .y = {}, .weights = {}};
  for (std::size_t i = 0; i < rows; ++i) {
    for (double& value : problem.x.row(i)) value = normal(random);
    problem.y.push_back(normal(random));
    problem.weights.push_back(std::exp(normal(random)));
  }
  for (std::size_t j = 0; j < columns; ++j) {  // columns of very different size
    const double size = std::pow(10.0, 3.0 * normal(random));
    for (std::size_t i = 0; i < rows; ++i) problem.x(i, j) *= size;
  }
  return problem;
}

// The gradient of half the weighted sum of squares, by coefficient, over the column's weighted length.
std::vector<double> relative_gradient(const Problem& problem, const std::vector<double>& residuals) {
  std::vector<double> gradient;
  for (std::size_t j = 0; j < problem.x.columns(); ++j) {
    double slope = 0.0;
    double square = 0.0;
    for (std::size_t i = 0; i < problem.x.rows(); ++i) {
      slope -= problem.weights[i] * problem.x(i, j) * residuals[i];
      square += problem.weights[i] * problem.x(i, j) * problem.x(i, j);
    }
    gradient.push_back(slope / std::sqrt(square));
  }
  return gradient;
}

TEST(NonnegativeLeastSquares, MeetsTheKuhnTuckerConditionsOnRandomProblems) {
  std::mt19937_64 random(20240607);
  for (int repeat = 0; repeat < 300; ++repeat) {
    const std::size_t rows = 3 + random() % 20;
    const std::size_t columns = 1 + random() % 25;
    const Problem problem = random_problem(random, rows, columns);
    const auto fit = nonnegative_least_squares(problem.x, problem.y, {.weights = problem.weights});
    ASSERT_TRUE(fit) << fit.error().message();
    const std::vector<double> gradient = relative_gradient(problem, fit->residuals);
    for (std::size_t j = 0; j < columns; ++j) {
      EXPECT_GE(fit->coefficients[j], 0.0);
      if (fit->active[j]) {
        EXPECT_EQ(fit->coefficients[j], 0.0);
        EXPECT_GE(gradient[j], -1e-9);
      } else {
        EXPECT_GT(fit->coefficients[j], 0.0);
        EXPECT_NEAR(gradient[j], 0.0, 1e-9);
      }
    }
  }
}

TEST(NonnegativeLeastSquares, IsLeastSquaresWhereThatIsPositive) {
  const auto data = nist::wampler1();
  const auto fit = nonnegative_least_squares(data.x, data.y);
  ASSERT_TRUE(fit) << fit.error().message();
  for (const double coefficient : fit->coefficients) EXPECT_NEAR(coefficient, 1.0, 1e-7);
}

TEST(NonnegativeLeastSquares, HoldsEverythingAtZeroForANegativeResponse) {
  const auto fit = nonnegative_least_squares(Matrix(3, 2, {1, 2, 3, 1, 1, 1}), std::vector<double>{-1, -2, -3});
  ASSERT_TRUE(fit);
  EXPECT_EQ(fit->active, (std::vector<bool>{true, true}));
}

TEST(NonnegativeLeastSquares, EndsOnRepeatedAndEmptyColumns) {
  Matrix x(5, 4, 0.0);
  std::vector<double> y;
  for (std::size_t i = 0; i < 5; ++i) {
    x(i, 0) = x(i, 1) = static_cast<double>(i + 1);
    x(i, 2) = 2.0 * x(i, 0);
    y.push_back(3.0 * static_cast<double>(i + 1));
  }
  const auto fit = nonnegative_least_squares(x, y);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->coefficients[0] + fit->coefficients[1] + 2.0 * fit->coefficients[2], 3.0, 1e-12);
  EXPECT_TRUE(fit->active[3]);
}

TEST(NonnegativeLeastSquares, RefusesNaN) {
  EXPECT_FALSE(nonnegative_least_squares(Matrix(1, 1, std::nan("")), std::vector<double>{1}));
}

}  // namespace
}  // namespace diffjoule::stats
