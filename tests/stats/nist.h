// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "diffjoule/stats/matrix.h"

// Data and certified values of the NIST Statistical Reference Datasets, https://www.itl.nist.gov/div898/strd/ (public
// domain): linear regression Norris, Longley and Wampler1, nonlinear regression Misra1a and Thurber.
namespace diffjoule::stats::nist {

struct Certified {
  double value;
  double deviation;
};

struct Linear {
  Matrix x;  // with the intercept first
  std::vector<double> y;
  std::vector<Certified> coefficients;
  double residual_deviation;
  double r2;
};

struct Nonlinear {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<Certified> parameters;
  double residual_sum;
  std::vector<std::vector<double>> starts;
};

[[nodiscard]] Linear longley();
[[nodiscard]] Linear norris();
[[nodiscard]] Linear wampler1();
[[nodiscard]] Nonlinear misra1a();  // y = b1 (1 - exp(-b2 x))
[[nodiscard]] Nonlinear thurber();  // y = (b1 + b2 x + b3 x^2 + b4 x^3) / (1 + b5 x + b6 x^2 + b7 x^3)

}  // namespace diffjoule::stats::nist
