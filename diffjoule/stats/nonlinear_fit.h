// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/stats/matrix.h"
#include "diffjoule/stats/parameter_box.h"

// Nonlinear least squares inside bounds: the p that minimises sum_i rho_i(r_i(p)).
//
// Levenberg-Marquardt as in MINPACK (More, "The Levenberg-Marquardt algorithm: implementation and theory", 1978;
// Eigen's port of lmder), on a central-difference Jacobian and on variables that cannot leave the box
// (parameter_box.h). A parameter that reaches a bound is put there and held while the rest is fitted on, and let go if
// the cost falls inwards. (Ceres' tiny_solver.h is as small but knows no bounds, and its package brings glog, gflags,
// ATLAS and SuiteSparse.)
//
// rho is r^2, or for the residuals marked robust the pseudo-Huber loss 2 d^2 (sqrt(1 + (r/d)^2) - 1) (Charbonnier et
// al., IEEE Trans. Image Processing 6, 1997): r^2 when small, 2 d |r| when large. A Gaussian prior is one more
// residual, (p - mean) / deviation, that the caller adds.
//
// covariance is (J'J)^-1 of the residuals after the loss, at the answer: right as it is for residuals in units of their
// own deviation, else times cost / (residuals - parameters). Rows and columns of parameters on a bound are zero. It is
// absent where the data cannot tell the parameters apart.
namespace diffjoule::stats {

// Fills `residuals` for `parameters`. May give non-finite ones away from the start: such a step is not taken.
using ResidualFunction = std::function<void(std::span<const double> parameters, std::span<double> residuals)>;

struct NonlinearOptions {
  std::vector<bool> robust = {};  // one for each residual; none: all are squared
  double robust_width = 1.345;    // d, in the unit of the residuals
  double tolerance = 1e-14;       // relative, of cost and parameters
  std::size_t most_evaluations = 10000;
};

struct NonlinearFit {
  std::vector<double> parameters;
  std::vector<bool> at_bound;
  std::optional<Matrix> covariance;
  std::vector<double> residuals;  // before the loss
  double cost = 0.0;              // sum of rho
  std::size_t iterations = 0;
  std::size_t evaluations = 0;
  bool converged = false;  // false: most_evaluations, or residuals not finite nearby, ended it
};

// An error where there are fewer residuals than parameters, a start lies outside its bounds, or the residuals are not
// finite at the start.
[[nodiscard]] Result<NonlinearFit> nonlinear_fit(const ResidualFunction& residuals, std::size_t residual_count,
                                                 std::span<const Parameter> parameters,
                                                 const NonlinearOptions& options = {});

}  // namespace diffjoule::stats
