// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/stats/identify.h"
#include "diffjoule/stats/matrix.h"

// Weighted ordinary least squares: the b that minimises sum_i w_i (y_i - x_i' b)^2.
//
// Solved by column-pivoted Householder QR of the design whose rows are multiplied by sqrt(w) and whose columns are then
// scaled to unit length (Golub & Van Loan, Matrix Computations, 4th ed., sec. 5.3-5.4), with one step of refinement.
// An intercept is a column like any other. Columns that the data cannot determine are refused with the reason
// (identify.h) and the rest is fitted; everything "per column" below is per *kept* column.
//
//   covariance          s^2 (X'WX)^-1, s^2 = sum w r^2 / (n - k)
//   cluster_covariance  (X'WX)^-1 (sum_g u_g u_g') (X'WX)^-1 * G/(G-1) * (n-1)/(n-k), u_g = sum_{i in g} w_i x_i r_i
//                       (Liang & Zeger, Biometrika 73, 1986; the factor CR1 as in Cameron & Miller, J. Human
//                       Resources 50, 2015, eq. 12). Its t intervals take cluster_dof = G - 1.
//   r2                  1 - SSR/SST, SST about the weighted mean where the columns span a constant, else about zero
//   variance_inflation  1/(1 - R2_j) of column j on the others, centred where the design has a constant column
//   leverage            the diagonal of the hat matrix; sums to the number of kept columns
//
// What n == k leaves undefined (deviation, covariances) is absent, and so is r2 of a response that does not vary.
namespace diffjoule::stats {

struct LeastSquaresOptions {
  std::span<const std::string> names = {};      // of the columns, for messages
  std::span<const double> weights = {};         // inverse variances up to a factor; none: all one
  std::span<const std::size_t> clusters = {};   // a label for each row; none: no cluster-robust covariance
  double tolerance = identification_tolerance;  // below which a column counts as a combination of others
};

struct LinearFit {
  std::size_t rows = 0;
  std::size_t design_columns = 0;     // of the design that was given
  std::vector<std::size_t> columns;   // kept, in the order of the design
  std::vector<double> coefficients;   // one for each kept column
  std::vector<Unidentified> refused;  // with reasons

  std::size_t dof = 0;  // rows - kept columns
  std::optional<Matrix> covariance;
  std::optional<std::size_t> cluster_dof;  // clusters - 1
  std::optional<Matrix> cluster_covariance;

  std::vector<double> residuals;  // y - fitted, in the unit of y
  std::optional<double> residual_deviation;
  std::optional<double> r2;
  std::optional<double> adjusted_r2;

  double condition_number = 1.0;                          // of the scaled design: largest / smallest singular value
  std::vector<std::optional<double>> variance_inflation;  // absent for a constant column
  std::vector<double> leverage;                           // one for each row
};

// An error where there are fewer rows than columns, a number is not finite (it names row and column), sizes disagree,
// or no column can be determined at all.
[[nodiscard]] Result<LinearFit> least_squares(const Matrix& x, std::span<const double> y,
                                              const LeastSquaresOptions& options = {});

// The values of the kept columns in a full row of the design.
[[nodiscard]] std::vector<double> kept_values(const LinearFit& fit, std::span<const double> design_row);

// x0' b for a full row of the design. Right only where is_estimable() holds.
[[nodiscard]] double fitted_value(const LinearFit& fit, std::span<const double> design_row);

// x0' V x0 for the kept values of a row: the variance of the fitted value. A new observation's is this plus s^2 / w.
[[nodiscard]] double prediction_variance(std::span<const double> kept_row, const Matrix& covariance);

// Whether every refused column keeps, in this row too, to the combination it had on the data. If not, the row asks for
// a coefficient that the data never showed.
[[nodiscard]] bool is_estimable(const LinearFit& fit, std::span<const double> design_row, double tolerance = 1e-6);

}  // namespace diffjoule::stats
