// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/least_squares.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "tests/stats/nist.h"

namespace diffjoule::stats {
namespace {

void expect_certified(const nist::Linear& data, double coefficient_digits, double deviation_digits) {
  const auto fit = least_squares(data.x, data.y);
  ASSERT_TRUE(fit) << fit.error().message();
  ASSERT_TRUE(fit->refused.empty());
  const double tolerance = std::pow(10.0, -coefficient_digits);
  for (std::size_t j = 0; j < data.coefficients.size(); ++j) {
    const auto [value, deviation] = data.coefficients[j];
    EXPECT_NEAR(fit->coefficients[j], value, tolerance * std::abs(value)) << j;
    EXPECT_NEAR(std::sqrt((*fit->covariance)(j, j)), deviation,
                deviation > 0.0 ? std::pow(10.0, -deviation_digits) * deviation : 1e-7)
        << j;
  }
  EXPECT_NEAR(*fit->residual_deviation, data.residual_deviation, std::max(1e-10 * data.residual_deviation, 1e-8));
  EXPECT_NEAR(*fit->r2, data.r2, 1e-12);
}

TEST(LeastSquares, RecoversNistLongleyToNineDigits) { expect_certified(nist::longley(), 9, 9); }
TEST(LeastSquares, RecoversNistNorrisToElevenDigits) { expect_certified(nist::norris(), 11, 11); }
TEST(LeastSquares, RecoversNistWampler1ToNineDigits) { expect_certified(nist::wampler1(), 9, 9); }

TEST(LeastSquares, FindsLongleysCollinearity) {
  const auto data = nist::longley();
  const auto fit = least_squares(data.x, data.y);
  ASSERT_TRUE(fit);
  EXPECT_FALSE(fit->variance_inflation[0]);
  // Published for R's car::vif(lm(Employed ~ ., longley)).
  const std::vector<double> published{135.53244, 1788.51348, 33.61889, 3.58893, 399.15102, 758.98060};
  for (std::size_t j = 0; j < published.size(); ++j) {
    EXPECT_NEAR(*fit->variance_inflation[j + 1], published[j], 1e-5 * published[j]);
  }
  EXPECT_GT(fit->condition_number, 1e4);
}

TEST(LeastSquares, ScalingAColumnScalesItsCoefficientAndNothingElse) {
  const auto data = nist::longley();
  Matrix scaled = data.x;
  for (std::size_t i = 0; i < scaled.rows(); ++i) scaled(i, 2) *= 1e-6;
  const auto fit = least_squares(data.x, data.y);
  const auto other = least_squares(scaled, data.y);
  ASSERT_TRUE(fit && other);
  for (std::size_t j = 0; j < 7; ++j) {
    const double factor = j == 2 ? 1e6 : 1.0;
    EXPECT_NEAR(other->coefficients[j], factor * fit->coefficients[j], 1e-8 * std::abs(factor * fit->coefficients[j]));
  }
  EXPECT_NEAR(*other->r2, *fit->r2, 1e-12);
  EXPECT_NEAR(other->condition_number, fit->condition_number, 1e-6 * fit->condition_number);
}

TEST(LeastSquares, LeverageSumsToTheNumberOfCoefficients) {
  const auto data = nist::longley();
  const auto fit = least_squares(data.x, data.y);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(std::accumulate(fit->leverage.begin(), fit->leverage.end(), 0.0), 7.0, 1e-10);
  // s^2 h_i is the variance of the fitted value in row i.
  for (std::size_t i = 0; i < 16; ++i) {
    const double variance = prediction_variance(data.x.row(i), *fit->covariance);
    EXPECT_NEAR(variance, std::pow(*fit->residual_deviation, 2) * fit->leverage[i], 1e-4 * variance);
    EXPECT_NEAR(fitted_value(*fit, data.x.row(i)) + fit->residuals[i], data.y[i], 1e-6);
  }
}

TEST(LeastSquares, AWholeWeightCountsAsThatManyRows) {
  const Matrix few(4, 2, {1, 0, 1, 1, 1, 2, 1, 5});
  const std::vector<double> y{1, 3, 2, 8};
  const std::vector<double> weights{1, 3, 1, 2};
  const Matrix many(7, 2, {1, 0, 1, 1, 1, 1, 1, 1, 1, 2, 1, 5, 1, 5});
  const std::vector<double> repeated{1, 3, 3, 3, 2, 8, 8};
  const auto weighted = least_squares(few, y, {.weights = weights});
  const auto plain = least_squares(many, repeated);
  ASSERT_TRUE(weighted && plain);
  for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR(weighted->coefficients[j], plain->coefficients[j], 1e-12);
  EXPECT_NEAR(*weighted->r2, *plain->r2, 1e-12);
  EXPECT_NEAR(*weighted->variance_inflation[1], 1.0, 1e-12);
}

TEST(LeastSquares, AWeightsCommonFactorChangesNothingReported) {
  const auto data = nist::norris();
  const std::vector<double> weights(data.y.size(), 1e-3);
  const auto plain = least_squares(data.x, data.y);
  const auto weighted = least_squares(data.x, data.y, {.weights = weights});
  ASSERT_TRUE(plain && weighted);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_NEAR((*weighted->covariance)(j, j), (*plain->covariance)(j, j), 1e-10 * (*plain->covariance)(j, j));
  }
}

// By hand: b = (2, 2), residuals (0, -2 | 0, 2), scores (-2, -2) and (2, 2), (X'X)^-1 = I/4, so the bare sandwich is
// 8/16 everywhere; the factor is 2/1 * 3/2 = 3.
TEST(LeastSquares, ClusterRobustCovarianceMatchesTheHandWorkedExample) {
  const Matrix x(4, 2, {1, -1, 1, 1, 1, -1, 1, 1});
  const std::vector<double> y{0, 2, 0, 6};
  const std::vector<std::size_t> clusters{7, 7, 3, 3};
  const auto fit = least_squares(x, y, {.clusters = clusters});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->coefficients[0], 2.0, 1e-14);
  EXPECT_EQ(fit->dof, 2u);
  EXPECT_EQ(fit->cluster_dof, 1u);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t j = 0; j < 2; ++j) EXPECT_NEAR((*fit->cluster_covariance)(i, j), 1.5, 1e-13);
  }
}

TEST(LeastSquares, OneClusterHasNoClusterCovariance) {
  const auto data = nist::norris();
  const std::vector<std::size_t> one(data.y.size(), 5);
  const auto fit = least_squares(data.x, data.y, {.clusters = one});
  ASSERT_TRUE(fit);
  EXPECT_FALSE(fit->cluster_covariance);
  EXPECT_FALSE(fit->cluster_dof);
}

TEST(LeastSquares, RefusesCollinearColumnsWithTheirCombination) {
  const std::vector<std::string> names{"intercept", "a", "b", "sum", "flat", "nothing"};
  Matrix x(8, 6, 1.0);
  std::vector<double> y;
  for (std::size_t i = 0; i < 8; ++i) {
    const auto t = static_cast<double>(i);
    x(i, 1) = t;
    x(i, 2) = 1e6 * t * t;
    x(i, 3) = 2.0 * x(i, 1) - 0.5 * x(i, 2);
    x(i, 4) = 3.5;
    x(i, 5) = 0.0;
    y.push_back(4.0 + t + 1e-6 * x(i, 2) + (i % 2 == 0 ? 0.1 : -0.1));
  }
  const auto fit = least_squares(x, y, {.names = names});
  ASSERT_TRUE(fit) << fit.error().message();
  EXPECT_EQ(fit->columns, (std::vector<std::size_t>{0, 1, 2}));
  ASSERT_EQ(fit->refused.size(), 3u);
  EXPECT_EQ(fit->refused[0].name, "sum");
  EXPECT_NE(fit->refused[0].reason.find("equals 2 * \"a\" - 0.5 * \"b\" in all 8 rows"), std::string::npos)
      << fit->refused[0].reason;
  EXPECT_NE(fit->refused[1].reason.find("is constant (3.5) in all 8 rows, like \"intercept\""), std::string::npos);
  EXPECT_EQ(fit->refused[2].reason, "is zero in all 8 rows");

  EXPECT_TRUE(is_estimable(*fit, std::vector<double>{1, 2, 3, 2.5, 3.5, 0}));
  EXPECT_FALSE(is_estimable(*fit, std::vector<double>{1, 2, 3, 2.6, 3.5, 0}));
  EXPECT_FALSE(is_estimable(*fit, std::vector<double>{1, 2, 3, 2.5, 3.5, 1}));
}

TEST(LeastSquares, FitsAFullSetOfGroupColumnsWithoutAnIntercept) {
  const Matrix x(4, 2, {1, 0, 1, 0, 0, 1, 0, 1});
  const std::vector<double> y{1, 3, 9, 11};
  const auto fit = least_squares(x, y);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->coefficients[1], 10.0, 1e-12);
  EXPECT_NEAR(*fit->r2, 1.0 - 4.0 / 68.0, 1e-12);  // about the mean: the columns span a constant
}

TEST(LeastSquares, WithAsManyRowsAsColumnsHasNoDeviation) {
  const Matrix x(2, 2, {1, 1, 1, 2});
  const auto fit = least_squares(x, std::vector<double>{3, 5}, {.clusters = std::vector<std::size_t>{0, 1}});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->coefficients[1], 2.0, 1e-13);
  EXPECT_EQ(fit->dof, 0u);
  EXPECT_FALSE(fit->residual_deviation);
  EXPECT_FALSE(fit->covariance);
  EXPECT_FALSE(fit->cluster_covariance);
  EXPECT_FALSE(fit->adjusted_r2);
}

TEST(LeastSquares, HasNoR2WhereTheResponseDoesNotVary) {
  const auto data = nist::norris();
  const auto fit = least_squares(data.x, std::vector<double>(data.y.size(), 0.1));
  ASSERT_TRUE(fit);
  EXPECT_FALSE(fit->r2);
}

TEST(LeastSquares, RefusesTooFewRowsAndNothingAtAll) {
  const auto few = least_squares(Matrix(2, 3, 1.0), std::vector<double>{1, 2});
  ASSERT_FALSE(few);
  EXPECT_EQ(few.error().code(), ErrorCode::unidentifiable);
  EXPECT_NE(few.error().message().find("2 observations cannot determine 3 coefficients"), std::string::npos);
  EXPECT_FALSE(least_squares(Matrix(), {}));
  EXPECT_FALSE(least_squares(Matrix(3, 1, 0.0), std::vector<double>{1, 2, 3}));
  EXPECT_FALSE(least_squares(Matrix(3, 1, 1.0), std::vector<double>{1, 2}));
}

TEST(LeastSquares, NamesTheRowAndColumnOfANaN) {
  Matrix x(3, 2, 1.0);
  x(1, 1) = std::numeric_limits<double>::quiet_NaN();
  const std::vector<std::string> names{"intercept", "width"};
  const auto fit = least_squares(x, std::vector<double>{1, 2, 3}, {.names = names});
  ASSERT_FALSE(fit);
  EXPECT_EQ(fit.error().code(), ErrorCode::invalid_data);
  EXPECT_NE(fit.error().message().find("row 2, \"width\" is"), std::string::npos) << fit.error().message();
}

TEST(LeastSquares, RefusesAWeightThatIsNotAboveZero) {
  const auto fit = least_squares(Matrix(2, 1, 1.0), std::vector<double>{1, 2}, {.weights = std::vector<double>{1, 0}});
  ASSERT_FALSE(fit);
  EXPECT_NE(fit.error().message().find("row 2, the weight is 0"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::stats
