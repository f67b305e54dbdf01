// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/least_squares.h"

#include <Eigen/Dense>
#include <cmath>
#include <map>
#include <utility>

#include "diffjoule/error/contract.h"
#include "diffjoule/stats/design.h"

namespace diffjoule::stats {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// The kept columns as they are solved: rows times sqrt(w), columns of unit length.
struct Scaled {
  VectorXd root_weights;
  VectorXd response;
  VectorXd lengths;
  MatrixXd design;
};

Scaled scale(const Matrix& x, std::span<const double> y, std::span<const double> weights,
             const std::vector<std::size_t>& columns) {
  const auto rows = Index(x.rows());
  Scaled s{.root_weights = VectorXd::Ones(rows),
           .response = Eigen::Map<const VectorXd>(y.data(), rows),
           .lengths = VectorXd(Index(columns.size())),
           .design = MatrixXd(rows, Index(columns.size()))};
  if (!weights.empty()) s.root_weights = Eigen::Map<const VectorXd>(weights.data(), rows).cwiseSqrt();
  s.response = s.response.cwiseProduct(s.root_weights).eval();
  for (Index j = 0; j < s.design.cols(); ++j) {
    for (Index i = 0; i < rows; ++i) {
      s.design(i, j) = x(static_cast<std::size_t>(i), columns[static_cast<std::size_t>(j)]) * s.root_weights(i);
    }
    s.lengths(j) = s.design.col(j).stableNorm();
    s.design.col(j) /= s.lengths(j);
  }
  return s;
}

Matrix unscaled(const MatrixXd& scaled, const VectorXd& lengths, double factor) {
  const auto size = static_cast<std::size_t>(lengths.size());
  Matrix result(size, size);
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j < size; ++j) {
      result(i, j) = factor * scaled(Index(i), Index(j)) / lengths(Index(i)) / lengths(Index(j));
    }
  }
  return result;
}

// (A'A)^-1 from A P = Q R.
MatrixXd inverse_normal(const Eigen::ColPivHouseholderQR<MatrixXd>& qr) {
  const Index k = qr.cols();
  const MatrixXd inverse =
      qr.matrixR().topLeftCorner(k, k).triangularView<Eigen::Upper>().solve(MatrixXd::Identity(k, k));
  const MatrixXd permuted = qr.colsPermutation() * inverse;
  return permuted * permuted.transpose();
}

void add_cluster_covariance(LinearFit& fit, const Scaled& s, const VectorXd& residuals, const MatrixXd& inverse,
                            std::span<const std::size_t> labels) {
  std::map<std::size_t, VectorXd> scores;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    auto [score, fresh] = scores.try_emplace(labels[i], VectorXd::Zero(s.design.cols()));
    score->second += s.design.row(Index(i)).transpose() * residuals(Index(i));
  }
  if (scores.size() < 2 || fit.dof == 0) return;
  MatrixXd meat = MatrixXd::Zero(inverse.rows(), inverse.cols());
  for (const auto& [label, score] : scores) meat += score * score.transpose();

  const auto clusters = static_cast<double>(scores.size());
  const double factor = clusters / (clusters - 1.0) * static_cast<double>(fit.rows - 1) / static_cast<double>(fit.dof);
  fit.cluster_dof = scores.size() - 1;
  fit.cluster_covariance = unscaled(inverse * meat * inverse, s.lengths, factor);
}

void add_r2(LinearFit& fit, const Scaled& s, const MatrixXd& q, double residual_sum) {
  const double weight_length = s.root_weights.norm();
  const VectorXd constant = s.root_weights / weight_length;
  const bool spans_constant = (constant - q * (q.transpose() * constant)).norm() < identification_tolerance;

  VectorXd about = s.response;
  if (spans_constant) about -= constant * constant.dot(s.response);
  constexpr double rounding = 1e-14;
  if (about.norm() <= rounding * s.response.norm()) return;  // the response does not vary
  fit.r2 = 1.0 - residual_sum / about.squaredNorm();
  if (fit.dof == 0) return;
  const auto total_dof = static_cast<double>(fit.rows - (spans_constant ? 1 : 0));
  fit.adjusted_r2 = 1.0 - (1.0 - *fit.r2) * total_dof / static_cast<double>(fit.dof);
}

std::vector<std::optional<double>> variance_inflation(const Matrix& x, const Scaled& s, const MatrixXd& inverse,
                                                      const std::vector<std::size_t>& columns) {
  std::vector<bool> constant;
  bool any_constant = false;
  for (const std::size_t column : columns) {
    constant.push_back(constant_value(x, column).has_value());
    any_constant = any_constant || constant.back();
  }
  const VectorXd direction = s.root_weights / s.root_weights.norm();
  std::vector<std::optional<double>> factors;
  for (Index j = 0; j < s.design.cols(); ++j) {
    if (constant[static_cast<std::size_t>(j)]) {
      factors.emplace_back();
      continue;
    }
    VectorXd column = s.design.col(j);
    if (any_constant) column -= direction * direction.dot(column);
    factors.emplace_back(column.squaredNorm() * inverse(j, j));
  }
  return factors;
}

LinearFit fit_kept(const Matrix& x, std::span<const double> y, const LeastSquaresOptions& options,
                   IdentifiedColumns identified) {
  const Scaled s = scale(x, y, options.weights, identified.kept);
  const Eigen::ColPivHouseholderQR<MatrixXd> qr(s.design);
  VectorXd solution = qr.solve(s.response);
  solution += qr.solve(s.response - s.design * solution);
  const VectorXd residuals = s.response - s.design * solution;
  const MatrixXd inverse = inverse_normal(qr);
  const MatrixXd q = qr.householderQ() * MatrixXd::Identity(s.design.rows(), s.design.cols());
  const VectorXd singular = Eigen::JacobiSVD<MatrixXd>(s.design).singularValues();
  const VectorXd coefficients = solution.cwiseQuotient(s.lengths);
  const VectorXd raw = residuals.cwiseQuotient(s.root_weights);
  const VectorXd leverage = q.rowwise().squaredNorm();

  LinearFit fit;
  fit.rows = x.rows();
  fit.design_columns = x.columns();
  fit.columns = std::move(identified.kept);
  fit.refused = std::move(identified.refused);
  fit.coefficients.assign(coefficients.begin(), coefficients.end());
  fit.residuals.assign(raw.begin(), raw.end());
  fit.leverage.assign(leverage.begin(), leverage.end());
  fit.condition_number = singular.maxCoeff() / singular.minCoeff();
  fit.variance_inflation = variance_inflation(x, s, inverse, fit.columns);
  fit.dof = fit.rows - fit.columns.size();
  if (fit.dof > 0) {
    const double variance = residuals.squaredNorm() / static_cast<double>(fit.dof);
    fit.residual_deviation = std::sqrt(variance);
    fit.covariance = unscaled(inverse, s.lengths, variance);
  }
  if (!options.clusters.empty()) add_cluster_covariance(fit, s, residuals, inverse, options.clusters);
  add_r2(fit, s, q, residuals.squaredNorm());
  return fit;
}

}  // namespace

Result<LinearFit> least_squares(const Matrix& x, std::span<const double> y, const LeastSquaresOptions& options) {
  if (auto checked = check_design(x, y, options.weights, options.names); !checked) return forward(checked);
  if (!options.clusters.empty() && options.clusters.size() != x.rows()) {
    return fail(ErrorCode::invalid_argument,
                std::to_string(options.clusters.size()) + " cluster labels for " + std::to_string(x.rows()) + " rows");
  }
  if (x.rows() < x.columns()) {
    return fail(ErrorCode::unidentifiable, std::to_string(x.rows()) + " observations cannot determine " +
                                               std::to_string(x.columns()) +
                                               " coefficients; add observations or leave out terms");
  }
  IdentifiedColumns identified = identify_columns(x, options.weights, options.names, options.tolerance);
  if (identified.kept.empty()) {
    return fail(ErrorCode::unidentifiable, "no term can be determined: " + identified.refused.front().name + " " +
                                               identified.refused.front().reason +
                                               (identified.refused.size() > 1 ? ", and so on" : ""));
  }
  return fit_kept(x, y, options, std::move(identified));
}

std::vector<double> kept_values(const LinearFit& fit, std::span<const double> design_row) {
  expect(design_row.size() == fit.design_columns, "a row has a value for each column of the design");
  std::vector<double> values;
  for (const std::size_t column : fit.columns) values.push_back(design_row[column]);
  return values;
}

double fitted_value(const LinearFit& fit, std::span<const double> design_row) {
  const std::vector<double> values = kept_values(fit, design_row);
  double sum = 0.0;
  for (std::size_t j = 0; j < values.size(); ++j) sum += values[j] * fit.coefficients[j];
  return sum;
}

double prediction_variance(std::span<const double> kept_row, const Matrix& covariance) {
  expect(kept_row.size() == covariance.rows() && covariance.rows() == covariance.columns(),
         "a row has a value for each column of the covariance");
  double sum = 0.0;
  for (std::size_t i = 0; i < kept_row.size(); ++i) {
    for (std::size_t j = 0; j < kept_row.size(); ++j) sum += kept_row[i] * covariance(i, j) * kept_row[j];
  }
  return std::max(sum, 0.0);
}

bool is_estimable(const LinearFit& fit, std::span<const double> design_row, double tolerance) {
  const std::vector<double> values = kept_values(fit, design_row);
  for (const Unidentified& refused : fit.refused) {
    double combined = 0.0;
    double size = std::abs(design_row[refused.column]);
    for (std::size_t j = 0; j < values.size(); ++j) {
      combined += refused.combination[j] * values[j];
      size += std::abs(refused.combination[j] * values[j]);
    }
    if (std::abs(design_row[refused.column] - combined) > tolerance * size) return false;
  }
  return true;
}

}  // namespace diffjoule::stats
