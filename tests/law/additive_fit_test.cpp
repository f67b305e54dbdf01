// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/additive_fit.h"

#include <gtest/gtest.h>

#include <cmath>

namespace diffjoule::law {
namespace {

// y = 2 a + 3 b on card one, 20 % more on card two; no noise.
AdditiveProblem problem() {
  AdditiveProblem p{stats::Matrix(40, 2), {}, {}, {}, {2.5, 2.5}};
  for (std::size_t i = 0; i < 40; ++i) {
    const double a = 1.0 + static_cast<double>(i % 7), b = 1.0 + static_cast<double>((3 * i) % 11);
    p.columns(i, 0) = a;
    p.columns(i, 1) = b;
    p.cards.push_back(i % 2 == 0 ? "one" : "two");
    p.y.push_back((2.0 * a + 3.0 * b) * (i % 2 == 0 ? 1.0 : 1.2));
    p.weights.push_back(1.0);
  }
  return p;
}

TEST(AdditiveFit, RecoversTheRatioOfCoefficientsAndOfCards) {
  const AdditiveFit fit = additive_fit(problem()).value();
  EXPECT_NEAR(fit.coefficients[1] / fit.coefficients[0], 1.5, 0.01);
  EXPECT_NEAR(fit.deviations.at("two") - fit.deviations.at("one"), std::log(1.2), 0.002);
}

TEST(AdditiveFit, CentresCardsOnZero) {
  const AdditiveFit fit = additive_fit(problem()).value();
  EXPECT_NEAR(fit.deviations.at("two") + fit.deviations.at("one"), 0.0, 1e-12);
}

TEST(AdditiveFit, KeepsATermNobodySeesAtItsPrior) {
  AdditiveProblem p = problem();
  for (std::size_t i = 0; i < p.y.size(); ++i) p.columns(i, 1) = 0.0;
  p.priors[1] = 7.0;
  EXPECT_NEAR(additive_fit(p)->coefficients[1], 7.0, 1e-6);
}

TEST(AdditiveFit, NeverGoesBelowZero) {
  AdditiveProblem p = problem();
  // The second column is pure harm: it is large where y is small.
  for (std::size_t i = 0; i < p.y.size(); ++i) p.columns(i, 1) = 1e4 / p.y[i];
  const AdditiveFit fit = additive_fit(p).value();
  for (const double c : fit.coefficients) EXPECT_GE(c, 0.0);
}

}  // namespace
}  // namespace diffjoule::law
