// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/stats/matrix.h"

// Weighted least squares with no coefficient below zero: min sum_i w_i (y_i - x_i' b)^2, b >= 0.
//
// The active-set method of Lawson & Hanson, Solving Least Squares Problems (1974), ch. 23, on columns scaled to unit
// length; the passive set is solved by QR. The answer satisfies the Karush-Kuhn-Tucker conditions: the gradient is zero
// on the coefficients above zero and does not point down on those at zero. It is unique where the columns above zero
// are independent. More columns than rows are allowed. Ends always: an error after 30 (columns + 1) solves.
namespace diffjoule::stats {

struct NonnegativeOptions {
  std::span<const std::string> names = {};  // of the columns, for messages
  std::span<const double> weights = {};     // inverse variances up to a factor; none: all one
};

struct NonnegativeFit {
  std::vector<double> coefficients;  // one for each column, none below zero
  std::vector<bool> active;          // whether the bound is active: the coefficient is held at zero
  std::vector<double> residuals;     // y - fitted, in the unit of y
};

[[nodiscard]] Result<NonnegativeFit> nonnegative_least_squares(const Matrix& x, std::span<const double> y,
                                                               const NonnegativeOptions& options = {});

}  // namespace diffjoule::stats
