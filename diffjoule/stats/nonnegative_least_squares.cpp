// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/nonnegative_least_squares.h"

#include <Eigen/Dense>
#include <algorithm>
#include <limits>

#include "diffjoule/stats/design.h"

namespace diffjoule::stats {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

class LawsonHanson {
 public:
  LawsonHanson(const MatrixXd& design, const VectorXd& response)
      : design_(design),
        response_(response),
        solution_(VectorXd::Zero(design.cols())),
        solves_left_(30 * (design.cols() + 1)),
        tolerance_(100.0 * std::numeric_limits<double>::epsilon() * response.norm()) {}

  // False where the cap on solves ended it.
  bool solve() {
    while (solves_left_ > 0) {
      const VectorXd descent = design_.transpose() * (response_ - design_ * solution_);
      if (!admit_one(descent)) return true;
    }
    return false;
  }

  [[nodiscard]] const VectorXd& solution() const { return solution_; }
  [[nodiscard]] const std::vector<Index>& passive() const { return passive_; }

 private:
  // Lets the column of steepest descent leave zero; false where none can.
  bool admit_one(VectorXd descent) {
    for (const Index j : passive_) descent(j) = 0.0;
    while (solves_left_ > 0) {
      Index steepest = 0;
      if (descent.size() == 0 || descent.maxCoeff(&steepest) <= tolerance_) return false;
      passive_.push_back(steepest);
      const VectorXd trial = solve_passive();
      if (trial(trial.size() - 1) > 0.0) {
        walk(trial);
        return true;
      }
      passive_.pop_back();  // only rounding made it look worthwhile (Lawson & Hanson, p. 164)
      descent(steepest) = 0.0;
    }
    return true;
  }

  // Moves towards the trial, dropping each column that reaches zero on the way, until a trial is all positive.
  void walk(VectorXd trial) {
    while (trial.minCoeff() <= 0.0 && solves_left_ > 0) {
      double step = 1.0;
      Index first = 0;
      for (Index i = 0; i < trial.size(); ++i) {
        const double here = solution_(passive_[static_cast<std::size_t>(i)]);
        if (trial(i) > 0.0) continue;
        const double to_zero = here > 0.0 ? here / (here - trial(i)) : 0.0;
        if (to_zero < step) {
          step = to_zero;
          first = i;
        }
      }
      const Index leaving = passive_[static_cast<std::size_t>(first)];
      for (Index i = 0; i < trial.size(); ++i) {
        double& here = solution_(passive_[static_cast<std::size_t>(i)]);
        here = std::max(here + step * (trial(i) - here), 0.0);
      }
      solution_(leaving) = 0.0;
      std::erase(passive_, leaving);
      if (passive_.empty()) return;
      trial = solve_passive();
    }
    if (trial.minCoeff() <= 0.0) return;  // out of solves: keep the last feasible point
    for (Index i = 0; i < trial.size(); ++i) solution_(passive_[static_cast<std::size_t>(i)]) = trial(i);
  }

  VectorXd solve_passive() {
    --solves_left_;
    return design_(Eigen::all, passive_).colPivHouseholderQr().solve(response_);
  }

  const MatrixXd& design_;
  const VectorXd& response_;
  VectorXd solution_;
  std::vector<Index> passive_;
  Index solves_left_;
  double tolerance_;
};

}  // namespace

Result<NonnegativeFit> nonnegative_least_squares(const Matrix& x, std::span<const double> y,
                                                 const NonnegativeOptions& options) {
  if (auto checked = check_design(x, y, options.weights, options.names); !checked) return forward(checked);
  const auto rows = Index(x.rows());
  VectorXd root = VectorXd::Ones(rows);
  if (!options.weights.empty()) root = Eigen::Map<const VectorXd>(options.weights.data(), rows).cwiseSqrt();
  const VectorXd response = Eigen::Map<const VectorXd>(y.data(), rows).cwiseProduct(root);
  MatrixXd design =
      root.asDiagonal() * Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>(
                              x.data(), rows, Index(x.columns()));
  VectorXd lengths(design.cols());
  for (Index j = 0; j < design.cols(); ++j) {
    const double length = design.col(j).stableNorm();
    lengths(j) = length > 0.0 ? length : 1.0;  // a column of zeros never leaves zero
    design.col(j) /= lengths(j);
  }

  LawsonHanson method(design, response);
  if (!method.solve()) {
    return fail(ErrorCode::unidentifiable, "the nonnegative fit of " + std::to_string(x.columns()) +
                                               " terms did not settle; the columns are probably near copies of one "
                                               "another: leave some out");
  }
  const VectorXd coefficients = method.solution().cwiseQuotient(lengths);
  const VectorXd residuals = (response - design * method.solution()).cwiseQuotient(root);
  NonnegativeFit fit;
  fit.coefficients.assign(coefficients.begin(), coefficients.end());
  fit.residuals.assign(residuals.begin(), residuals.end());
  fit.active.assign(x.columns(), true);
  for (const Index j : method.passive()) fit.active[static_cast<std::size_t>(j)] = false;
  return fit;
}

}  // namespace diffjoule::stats
