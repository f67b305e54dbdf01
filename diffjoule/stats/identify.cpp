// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/identify.h"

#include <Eigen/Dense>
#include <cmath>
#include <utility>

#include "diffjoule/stats/design.h"

namespace diffjoule::stats {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

// The orthonormal basis of the columns kept so far: kept (scaled) columns = basis * triangle.
struct Basis {
  MatrixXd directions;
  MatrixXd triangle;
  VectorXd lengths;
  Index size = 0;

  Basis(Index rows, Index columns)
      : directions(rows, columns), triangle(MatrixXd::Zero(columns, columns)), lengths(columns) {}
};

// Frees `column` from the basis; returns its components along it.
VectorXd free_from(const Basis& basis, VectorXd& column) {
  const auto directions = basis.directions.leftCols(basis.size);
  VectorXd components = VectorXd::Zero(basis.size);
  for (int pass = 0; pass < 2; ++pass) {
    const VectorXd along = directions.transpose() * column;
    column -= directions * along;
    components += along;
  }
  return components;
}

void append(Basis& basis, const VectorXd& rest, const VectorXd& components, double length) {
  const Index k = basis.size++;
  const double left = rest.norm();
  basis.triangle.col(k).head(k) = components;
  basis.triangle(k, k) = left;
  basis.directions.col(k) = rest / left;
  basis.lengths(k) = length;
}

// "2 * "a" - 0.5 * "b"", without the terms that are rounding.
std::string combination_text(const VectorXd& scaled, const VectorXd& factors, const std::vector<std::size_t>& kept,
                             std::span<const std::string> names) {
  constexpr double rounding = 1e-7;
  const double largest = scaled.cwiseAbs().maxCoeff();
  std::string text;
  for (Index i = 0; i < factors.size(); ++i) {
    if (std::abs(scaled(i)) <= rounding * largest) continue;
    const double size = std::abs(factors(i));
    text += text.empty() ? (factors(i) < 0.0 ? "-" : "") : (factors(i) < 0.0 ? " - " : " + ");
    if (std::abs(size - 1.0) > rounding) text += short_number(size) + " * ";
    text += column_name(names, kept[static_cast<std::size_t>(i)]);
  }
  return text;
}

Unidentified refuse(const Matrix& x, std::size_t column, const Basis& basis, const VectorXd& components, double length,
                    const std::vector<std::size_t>& kept, std::span<const std::string> names) {
  const std::string everywhere = " in all " + std::to_string(x.rows()) + " rows";
  Unidentified refused{.name = names.empty() ? column_name(names, column) : names[column],
                       .reason = {},
                       .column = column,
                       .combination = std::vector<double>(kept.size(), 0.0)};
  if (length == 0.0) {
    refused.reason = "is zero" + everywhere;
    return refused;
  }
  const Index k = basis.size;
  const VectorXd scaled = basis.triangle.topLeftCorner(k, k).triangularView<Eigen::Upper>().solve(components);
  const VectorXd factors = scaled.cwiseQuotient(basis.lengths.head(k)) * length;
  refused.combination.assign(factors.begin(), factors.end());
  if (const auto value = constant_value(x, column)) {
    for (const std::size_t other : kept) {
      if (!constant_value(x, other)) continue;
      refused.reason = "is constant (" + short_number(*value) + ")" + everywhere + ", like " +
                       column_name(names, other) + "; it needs observations where it differs";
      return refused;
    }
  }
  refused.reason = "equals " + combination_text(scaled, factors, kept, names) + everywhere +
                   "; it needs observations that vary one without the other";
  return refused;
}

}  // namespace

IdentifiedColumns identify_columns(const Matrix& x, std::span<const double> weights, std::span<const std::string> names,
                                   double tolerance) {
  const auto rows = Index(x.rows());
  const Eigen::Map<const Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>> design(
      x.data(), rows, Index(x.columns()));
  VectorXd root = VectorXd::Ones(rows);
  if (!weights.empty()) root = Eigen::Map<const VectorXd>(weights.data(), rows).cwiseSqrt();

  Basis basis(rows, std::min(rows, Index(x.columns())));
  IdentifiedColumns found;
  for (std::size_t j = 0; j < x.columns(); ++j) {
    VectorXd column = design.col(Index(j)).cwiseProduct(root);
    const double length = column.stableNorm();
    if (length > 0.0) column /= length;
    const VectorXd components = free_from(basis, column);
    if (length > 0.0 && column.norm() > tolerance && basis.size < basis.directions.cols()) {
      append(basis, column, components, length);
      found.kept.push_back(j);
    } else {
      found.refused.push_back(refuse(x, j, basis, components, length, found.kept, names));
    }
  }
  for (Unidentified& refused : found.refused) refused.combination.resize(found.kept.size(), 0.0);
  return found;
}

}  // namespace diffjoule::stats
