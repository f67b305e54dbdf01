// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/stats/matrix.h"

// A sum of non-negative terms, times a deviation for each card:  y_i = exp(d_card(i)) * sum_k c_k x_ik.
//
// Coefficients minimise the squared relative error, weighted, plus a wide Gaussian prior around each prior median
// (standard deviation 0.5 of the median), so that a term which the data hardly see stays near physics instead of at
// zero; non-negative by Lawson & Hanson. Card deviations are the weighted means of the remaining ln residuals, shrunk
// by tau^2 / (tau^2 + s^2 / groups) with tau = 0.3 between cards and s = 0.12 within; the two steps alternate until
// still.
namespace diffjoule::law {

struct AdditiveProblem {
  stats::Matrix columns;           // one row an observation, all >= 0
  std::vector<double> y;           // > 0
  std::vector<double> weights;     // one for each row
  std::vector<std::string> cards;  // label of each row
  std::vector<double> priors;      // median of each coefficient
};

struct AdditiveFit {
  std::vector<double> coefficients;
  std::map<std::string, double> deviations;  // d of each card
};

[[nodiscard]] Result<AdditiveFit> additive_fit(const AdditiveProblem& problem);

}  // namespace diffjoule::law
