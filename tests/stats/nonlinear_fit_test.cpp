// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/nonlinear_fit.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "tests/stats/nist.h"

namespace diffjoule::stats {
namespace {

using Model = double (*)(std::span<const double>, double);

double saturating(std::span<const double> b, double x) { return b[0] * -std::expm1(-b[1] * x); }
double rational(std::span<const double> b, double x) {
  return (b[0] + x * (b[1] + x * (b[2] + x * b[3]))) / (1.0 + x * (b[4] + x * (b[5] + x * b[6])));
}

ResidualFunction residuals_of(const nist::Nonlinear& data, Model model) {
  return [&data, model](std::span<const double> b, std::span<double> residuals) {
    for (std::size_t i = 0; i < residuals.size(); ++i) residuals[i] = data.y[i] - model(b, data.x[i]);
  };
}

void expect_certified(const nist::Nonlinear& data, Model model) {
  for (const std::vector<double>& start : data.starts) {
    std::vector<Parameter> parameters;
    for (const double value : start) parameters.push_back({.start = value});
    const auto fit = nonlinear_fit(residuals_of(data, model), data.y.size(), parameters);
    ASSERT_TRUE(fit) << fit.error().message();
    EXPECT_TRUE(fit->converged);
    EXPECT_NEAR(fit->cost, data.residual_sum, 1e-9 * data.residual_sum);
    ASSERT_TRUE(fit->covariance);
    const double variance = fit->cost / static_cast<double>(data.y.size() - start.size());
    for (std::size_t j = 0; j < start.size(); ++j) {
      const auto [value, deviation] = data.parameters[j];
      EXPECT_NEAR(fit->parameters[j], value, 1e-7 * std::abs(value)) << j;
      EXPECT_NEAR(std::sqrt(variance * (*fit->covariance)(j, j)), deviation, 1e-5 * deviation) << j;
    }
  }
}

TEST(NonlinearFit, RecoversNistMisra1aFromBothStarts) { expect_certified(nist::misra1a(), saturating); }
TEST(NonlinearFit, RecoversNistThurberFromBothStarts) { expect_certified(nist::thurber(), rational); }

TEST(NonlinearFit, BoundsThatDoNotBindChangeNothing) {
  const auto data = nist::misra1a();
  const std::vector<Parameter> one_sided{{.start = 500, .lower = 0}, {.start = 1e-4, .upper = 1}};
  const std::vector<Parameter> boxed{{.start = 500, .lower = 0, .upper = 1000},
                                     {.start = 1e-4, .lower = 0, .upper = 1e-3}};
  for (const auto& parameters : {one_sided, boxed}) {
    const auto fit = nonlinear_fit(residuals_of(data, saturating), data.y.size(), parameters);
    ASSERT_TRUE(fit) << fit.error().message();
    EXPECT_TRUE(fit->converged);
    EXPECT_EQ(fit->at_bound, (std::vector<bool>{false, false}));
    EXPECT_NEAR(fit->cost, data.residual_sum, 1e-8 * data.residual_sum);
    EXPECT_NEAR(fit->parameters[0], data.parameters[0].value, 1e-5 * data.parameters[0].value);
    EXPECT_NEAR(std::sqrt((*fit->covariance)(0, 0) * fit->cost / 12.0), data.parameters[0].deviation, 1e-3);
  }
}

// r = (p - 3, q + 1, p + q - 2) with q >= 0: q belongs on its bound, and then p = 2.5.
TEST(NonlinearFit, PutsAParameterOnTheBoundThatBinds) {
  const ResidualFunction residuals = [](std::span<const double> p, std::span<double> r) {
    r[0] = p[0] - 3.0;
    r[1] = p[1] + 1.0;
    r[2] = p[0] + p[1] - 2.0;
  };
  for (const double start : {0.0, 1e-3, 5.0}) {
    for (const double upper : {10.0, std::numeric_limits<double>::infinity()}) {
      const std::vector<Parameter> parameters{{.start = 0}, {.start = start, .lower = 0, .upper = upper}};
      SCOPED_TRACE(std::to_string(start) + " " + std::to_string(upper));
      const auto fit = nonlinear_fit(residuals, 3, parameters);
      ASSERT_TRUE(fit) << fit.error().message();
      EXPECT_TRUE(fit->converged);
      EXPECT_EQ(fit->at_bound, (std::vector<bool>{false, true}));
      EXPECT_EQ(fit->parameters[1], 0.0);
      EXPECT_NEAR(fit->parameters[0], 2.5, 1e-8);
      EXPECT_NEAR((*fit->covariance)(0, 0), 0.5, 1e-8);
      EXPECT_EQ((*fit->covariance)(1, 1), 0.0);
    }
  }
}

TEST(NonlinearFit, LeavesABoundItStartedOn) {
  const ResidualFunction residuals = [](std::span<const double> p, std::span<double> r) { r[0] = p[0] - 3.0; };
  for (const double start : {0.0, 10.0}) {
    const std::vector<Parameter> parameters{{.start = start, .lower = 0, .upper = 10}};
    const auto fit = nonlinear_fit(residuals, 1, parameters);
    ASSERT_TRUE(fit);
    EXPECT_NEAR(fit->parameters[0], 3.0, 1e-8);
    EXPECT_FALSE(fit->at_bound[0]);
  }
}

TEST(NonlinearFit, LeavesTheMiddleOfEveryBoxItStartedIn) {
  // Rounding leaves next to nothing, but not nothing, of the sine of the change of variable.
  for (int i = 1; i <= 200; ++i) {
    const double middle = std::log(0.013 * i);
    const std::vector<Parameter> parameters{{.start = middle, .lower = middle - 1.6, .upper = middle + 1.6}};
    const auto fit =
        nonlinear_fit([middle](std::span<const double> p, std::span<double> r) { r[0] = p[0] - middle - 0.5; }, 1,
                      parameters, {.tolerance = 1e-7});
    ASSERT_TRUE(fit) << fit.error().message();
    EXPECT_NEAR(fit->parameters[0], middle + 0.5, 1e-6);
  }
}

TEST(NonlinearFit, ARobustLossDisregardsAnOutlier) {
  const ResidualFunction residuals = [](std::span<const double> p, std::span<double> r) {
    const std::vector<double> y{0.9, 1.1, 1.0, 0.95, 1.05, 1000.0};
    for (std::size_t i = 0; i < r.size(); ++i) r[i] = (y[i] - p[0]) / 0.1;
  };
  const std::vector<Parameter> parameters{{.start = 0}};
  const auto squared = nonlinear_fit(residuals, 6, parameters);
  const auto robust = nonlinear_fit(residuals, 6, parameters, {.robust = std::vector<bool>(6, true)});
  ASSERT_TRUE(squared && robust);
  EXPECT_NEAR(squared->parameters[0], 1005.0 / 6.0, 1e-6);
  EXPECT_NEAR(robust->parameters[0], 1.0, 0.05);
  EXPECT_TRUE(robust->converged);
}

// Of a datum 4 +- 1 and a prior 0 +- 1/2 the mean is weighted 1 : 4, and the variance is 1/5.
TEST(NonlinearFit, TakesAPriorAsOneMoreResidual) {
  const ResidualFunction residuals = [](std::span<const double> p, std::span<double> r) {
    r[0] = 4.0 - p[0];
    r[1] = p[0] / 0.5;
  };
  const auto fit = nonlinear_fit(residuals, 2, std::vector<Parameter>{{.start = 1}});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->parameters[0], 0.8, 1e-9);
  EXPECT_NEAR((*fit->covariance)(0, 0), 0.2, 1e-8);
}

TEST(NonlinearFit, HasNoCovarianceWhereParametersCannotBeToldApart) {
  const ResidualFunction residuals = [](std::span<const double> p, std::span<double> r) {
    for (std::size_t i = 0; i < r.size(); ++i) r[i] = p[0] + p[1] - static_cast<double>(i);
  };
  const auto fit = nonlinear_fit(residuals, 4, std::vector<Parameter>{{.start = 1}, {.start = 2}});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->parameters[0] + fit->parameters[1], 1.5, 1e-6);
  EXPECT_FALSE(fit->covariance);
}

TEST(NonlinearFit, StepsBackFromWhereTheModelIsUndefined) {
  const ResidualFunction residuals = [](std::span<const double> p, std::span<double> r) {
    r[0] = 10.0 * (std::log(p[0]) + 3.0);  // a full step from 10 would go below zero
  };
  const auto fit = nonlinear_fit(residuals, 1, std::vector<Parameter>{{.start = 10}});
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->parameters[0], std::exp(-3.0), 1e-8);
}

TEST(NonlinearFit, SaysWhenItRanOutOfEvaluations) {
  const auto data = nist::thurber();
  std::vector<Parameter> parameters;
  for (const double value : data.starts[0]) parameters.push_back({.start = value});
  const auto fit = nonlinear_fit(residuals_of(data, rational), data.y.size(), parameters, {.most_evaluations = 20});
  ASSERT_TRUE(fit);
  EXPECT_FALSE(fit->converged);
}

TEST(NonlinearFit, RefusesWhatItCannotStart) {
  const ResidualFunction undefined = [](std::span<const double> p, std::span<double> r) { r[0] = std::log(p[0]); };
  const auto bad = nonlinear_fit(undefined, 1, std::vector<Parameter>{{.start = -1}});
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message().find("residual 1 is"), std::string::npos);
  EXPECT_FALSE(nonlinear_fit(undefined, 1, std::vector<Parameter>{{.start = 1}, {.start = 1}}));
  const auto outside = nonlinear_fit(undefined, 1, std::vector<Parameter>{{.start = 1, .lower = 2, .name = "rate"}});
  ASSERT_FALSE(outside);
  EXPECT_NE(outside.error().message().find("\"rate\" starts at 1"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::stats
