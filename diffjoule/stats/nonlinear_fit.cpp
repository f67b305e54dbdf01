// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/nonlinear_fit.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>
#include <unsupported/Eigen/NonLinearOptimization>

#include "diffjoule/stats/design.h"
#include "diffjoule/stats/identify.h"

namespace diffjoule::stats {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double barrier = 1e150;    // stands for a residual that is not finite: no step there is taken
constexpr double on_bound = 1e-2;    // of the extent: so near to a bound it is tried on it
constexpr double step_off = 1e-4;    // of the extent: how far the inward slope at a bound is looked for
constexpr double rounding = 1e-12;   // of a variable of order one
constexpr double least_size = 1e-3;  // of a parameter's typical size: what its difference step is relative to

// The relative step that balances truncation and rounding of a central difference.
double difference_step() { return std::cbrt(std::numeric_limits<double>::epsilon()); }

// The fit as Eigen's method sees it: residuals after the loss, as a function of the free variables u.
class Problem {
 public:
  Problem(const ResidualFunction& function, std::size_t residuals, std::span<const Parameter> parameters,
          const NonlinearOptions& options)
      : function_(function), options_(options), residuals_(residuals), held_(parameters.size(), false) {
    for (const Parameter& parameter : parameters) {
      boxes_.emplace_back(parameter);
      point_.push_back(parameter.start);
    }
  }

  // The interface of Eigen::LevenbergMarquardt.
  int operator()(const VectorXd& u, VectorXd& losses) {
    place(u);
    losses = losses_at(point_);
    return 0;
  }
  int df(const VectorXd& u, MatrixXd& jacobian) {
    VectorXd moved = u;
    VectorXd ahead;
    VectorXd behind;
    for (Index j = 0; j < u.size(); ++j) {
      const double step = difference_step() * std::max(std::abs(u(j)), least_size);
      moved(j) = u(j) + step;
      (*this)(moved, ahead);
      moved(j) = u(j) - step;
      (*this)(moved, behind);
      jacobian.col(j) = (ahead - behind) / (2.0 * step);
      moved(j) = u(j);
    }
    return jacobian.cwiseAbs().maxCoeff() < std::sqrt(barrier) ? 0 : -1;
  }
  [[nodiscard]] Index values() const { return Index(residuals_); }

  [[nodiscard]] std::vector<std::size_t> free_parameters() const {
    std::vector<std::size_t> free;
    for (std::size_t j = 0; j < held_.size(); ++j) {
      if (!held_[j]) free.push_back(j);
    }
    return free;
  }
  [[nodiscard]] VectorXd variables() const {
    const std::vector<std::size_t> free = free_parameters();
    VectorXd u(Index(free.size()));
    for (std::size_t k = 0; k < free.size(); ++k) {
      const double value = boxes_[free[k]].free_at(point_[free[k]]);
      // The method's first step is a multiple of |u| or, of zero, a size of its own: what rounding leaves of the middle
      // of a box would hold it there.
      u(Index(k)) = std::abs(value) < rounding ? 0.0 : value;
    }
    return u;
  }
  void place(const VectorXd& u) {
    const std::vector<std::size_t> free = free_parameters();
    for (std::size_t k = 0; k < free.size(); ++k) point_[free[k]] = boxes_[free[k]].parameter_at(u(Index(k)));
  }

  VectorXd losses_at(const std::vector<double>& point) {
    std::vector<double> raw = raw_residuals(point);
    VectorXd losses(Index(raw.size()));
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (!std::isfinite(raw[i])) return VectorXd::Constant(losses.size(), barrier);
      losses(Index(i)) = loss_root(i, raw[i]);
    }
    return losses;
  }
  double cost_at(const std::vector<double>& point) { return losses_at(point).squaredNorm(); }
  std::vector<double> raw_residuals(const std::vector<double>& point) {
    ++evaluations_;
    std::vector<double> raw(residuals_);
    function_(point, raw);
    return raw;
  }

  bool hold_those_on_bounds();
  bool release_those_pushed_inside();
  std::optional<Matrix> covariance();

  [[nodiscard]] const std::vector<double>& point() const { return point_; }
  [[nodiscard]] const std::vector<bool>& held() const { return held_; }
  [[nodiscard]] std::size_t evaluations() const { return evaluations_; }
  [[nodiscard]] const NonlinearOptions& options() const { return options_; }

 private:
  MatrixXd parameter_jacobian(const std::vector<std::size_t>& free);

  // sign(r) sqrt(rho(r)), smooth through zero.
  [[nodiscard]] double loss_root(std::size_t i, double r) const {
    if (options_.robust.empty() || !options_.robust[i]) return r;
    const double relative = r / options_.robust_width;
    return r * std::sqrt(2.0 / (std::sqrt(1.0 + relative * relative) + 1.0));
  }

  const ResidualFunction& function_;
  const NonlinearOptions& options_;
  std::size_t residuals_;
  std::vector<ParameterBox> boxes_;
  std::vector<double> point_;
  std::vector<bool> held_;
  std::size_t evaluations_ = 0;
};

bool Problem::hold_those_on_bounds() {
  bool any = false;
  for (const std::size_t j : free_parameters()) {
    const double bound = boxes_[j].nearest_bound(point_[j]);
    if (!(std::abs(point_[j] - bound) <= on_bound * boxes_[j].extent())) continue;
    std::vector<double> there = point_;
    there[j] = bound;
    if (cost_at(there) > cost_at(point_)) continue;
    point_ = there;
    held_[j] = true;
    any = true;
  }
  return any;
}

bool Problem::release_those_pushed_inside() {
  bool any = false;
  for (std::size_t j = 0; j < held_.size(); ++j) {
    if (!held_[j]) continue;
    std::vector<double> inside = point_;
    inside[j] += (boxes_[j].parameter_at(0.3) > point_[j] ? 1.0 : -1.0) * step_off * boxes_[j].extent();
    if (!(cost_at(inside) < cost_at(point_) * (1.0 - options_.tolerance))) continue;
    point_ = inside;
    held_[j] = false;
    any = true;
  }
  return any;
}

// The derivatives of the losses by the free parameters themselves, inside their bounds.
MatrixXd Problem::parameter_jacobian(const std::vector<std::size_t>& free) {
  MatrixXd jacobian(values(), Index(free.size()));
  std::vector<double> moved = point_;
  for (std::size_t k = 0; k < free.size(); ++k) {
    const std::size_t j = free[k];
    const double to_bound = std::abs(point_[j] - boxes_[j].nearest_bound(point_[j]));
    const double size = std::max(std::abs(point_[j]), least_size * boxes_[j].extent());
    const double step = std::min(difference_step() * size, to_bound);
    moved[j] = point_[j] + step;
    const VectorXd ahead = losses_at(moved);
    moved[j] = point_[j] - step;
    jacobian.col(Index(k)) = (ahead - losses_at(moved)) / (2.0 * step);
    moved[j] = point_[j];
  }
  return jacobian;
}

std::optional<Matrix> Problem::covariance() {
  const std::vector<std::size_t> free = free_parameters();
  Matrix result(point_.size(), point_.size());
  if (free.empty()) return result;
  MatrixXd jacobian = parameter_jacobian(free);
  VectorXd lengths(jacobian.cols());
  for (Index k = 0; k < jacobian.cols(); ++k) {
    lengths(k) = jacobian.col(k).stableNorm();
    if (!(lengths(k) > 0.0 && lengths(k) < std::sqrt(barrier))) return std::nullopt;
    jacobian.col(k) /= lengths(k);
  }
  Eigen::ColPivHouseholderQR<MatrixXd> qr(jacobian);
  qr.setThreshold(identification_tolerance);
  if (qr.rank() < jacobian.cols()) return std::nullopt;
  const Index size = jacobian.cols();
  const MatrixXd triangle = qr.matrixR().topLeftCorner(size, size);
  const MatrixXd inverse =
      qr.colsPermutation() * triangle.triangularView<Eigen::Upper>().solve(MatrixXd::Identity(size, size));
  for (std::size_t a = 0; a < free.size(); ++a) {
    for (std::size_t b = 0; b < free.size(); ++b) {
      const double scaled = inverse.row(Index(a)).dot(inverse.row(Index(b)));
      result(free[a], free[b]) = scaled / lengths(Index(a)) / lengths(Index(b));
    }
  }
  return result;
}

Status check(std::size_t residuals, std::span<const Parameter> parameters, const NonlinearOptions& options) {
  if (parameters.empty() || residuals < parameters.size()) {
    return fail(ErrorCode::unidentifiable, std::to_string(residuals) + " residuals cannot determine " +
                                               std::to_string(parameters.size()) +
                                               " parameters; add observations or priors");
  }
  if (!options.robust.empty() && options.robust.size() != residuals) {
    return fail(ErrorCode::invalid_argument, std::to_string(options.robust.size()) + " robust marks for " +
                                                 std::to_string(residuals) + " residuals");
  }
  if (!(options.robust_width > 0.0) || !(options.tolerance > 0.0) || options.most_evaluations == 0) {
    return fail(ErrorCode::invalid_argument, "robust width, tolerance and evaluations of a fit are above zero");
  }
  for (std::size_t j = 0; j < parameters.size(); ++j) {
    const Parameter& p = parameters[j];
    if (std::isfinite(p.start) && p.lower < p.upper && p.lower <= p.start && p.start <= p.upper) continue;
    const std::string name = p.name.empty() ? std::to_string(j + 1) : '"' + p.name + '"';
    return fail(ErrorCode::invalid_argument, "parameter " + name + " starts at " + short_number(p.start) +
                                                 ", which must be finite and within its bounds, " +
                                                 short_number(p.lower) + " to " + short_number(p.upper));
  }
  return {};
}

enum class Ending { converged, reached_bound, given_up };

// Runs Levenberg-Marquardt over the parameters that are not held, until one of them reaches a bound: near it the change
// of variable flattens the cost, and the method would crawl.
Ending descend(Problem& problem, std::size_t& iterations) {
  const std::size_t most = problem.options().most_evaluations;
  VectorXd u = problem.variables();
  if (u.size() == 0) return Ending::converged;
  if (problem.evaluations() >= most) return Ending::given_up;
  Eigen::LevenbergMarquardt<Problem> method(problem);
  method.parameters.ftol = problem.options().tolerance;
  method.parameters.xtol = problem.options().tolerance;
  method.parameters.maxfev = std::numeric_limits<Index>::max();
  auto status = method.minimizeInit(u);
  do {
    status = method.minimizeOneStep(u);
    ++iterations;
    problem.place(u);
    if (problem.hold_those_on_bounds()) return Ending::reached_bound;
  } while (status == Eigen::LevenbergMarquardtSpace::Running && problem.evaluations() < most);
  const bool ended =
      status != Eigen::LevenbergMarquardtSpace::Running && status != Eigen::LevenbergMarquardtSpace::UserAsked;
  return ended ? Ending::converged : Ending::given_up;
}

}  // namespace

Result<NonlinearFit> nonlinear_fit(const ResidualFunction& residuals, std::size_t residual_count,
                                   std::span<const Parameter> parameters, const NonlinearOptions& options) {
  if (auto checked = check(residual_count, parameters, options); !checked) return forward(checked);
  Problem problem(residuals, residual_count, parameters, options);
  const std::vector<double> at_start = problem.raw_residuals(problem.point());
  for (std::size_t i = 0; i < at_start.size(); ++i) {
    if (std::isfinite(at_start[i])) continue;
    return fail(ErrorCode::invalid_argument, "residual " + std::to_string(i + 1) + " is " + short_number(at_start[i]) +
                                                 " at the start; start the parameters elsewhere or bound them");
  }

  NonlinearFit fit;
  // Each round holds or releases a parameter and lowers the cost; a few settle any box.
  for (std::size_t round = 0; round < 10 * (parameters.size() + 1) && !fit.converged; ++round) {
    const Ending ending = descend(problem, fit.iterations);
    if (ending == Ending::given_up) break;
    fit.converged = ending == Ending::converged && !problem.release_those_pushed_inside();
  }
  fit.covariance = problem.covariance();
  fit.parameters = problem.point();
  fit.at_bound = problem.held();
  fit.residuals = problem.raw_residuals(problem.point());
  fit.cost = problem.cost_at(problem.point());
  fit.evaluations = problem.evaluations();
  return fit;
}

}  // namespace diffjoule::stats
