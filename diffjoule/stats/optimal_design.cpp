// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/optimal_design.h"

#include <numeric>

namespace diffjoule::stats {
namespace {

double dot(std::span<const double> a, std::span<const double> b) {
  expect(a.size() == b.size(), "a row has one derivative for each parameter");
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

}  // namespace

Knowledge::Knowledge(std::span<const double> deviations) : covariance_(deviations.size(), deviations.size()) {
  for (std::size_t k = 0; k < deviations.size(); ++k) covariance_(k, k) = deviations[k] * deviations[k];
}

std::vector<double> Knowledge::product(std::span<const double> row) const {
  std::vector<double> v(covariance_.rows());
  for (std::size_t k = 0; k < v.size(); ++k) v[k] = dot(covariance_.row(k), row);
  return v;
}

void Knowledge::add(std::span<const double> row, double noise_variance) {
  expect(noise_variance > 0.0, "a run has noise");
  const std::vector<double> v = product(row);
  const double scale = 1.0 / (noise_variance + dot(row, v));
  for (std::size_t i = 0; i < v.size(); ++i) {
    for (std::size_t j = 0; j < v.size(); ++j) covariance_(i, j) -= scale * v[i] * v[j];
  }
}

double Knowledge::variance(std::span<const double> row) const { return dot(row, product(row)); }

double Knowledge::mean_variance(const Matrix& rows) const {
  double sum = 0.0;
  for (std::size_t i = 0; i < rows.rows(); ++i) sum += variance(rows.row(i));
  return rows.rows() == 0 ? 0.0 : sum / static_cast<double>(rows.rows());
}

double Knowledge::gain(std::span<const double> row, double noise_variance, const Matrix& target) const {
  const std::vector<double> v = product(row);
  const double scale = 1.0 / (noise_variance + dot(row, v));
  double sum = 0.0;
  for (std::size_t i = 0; i < target.rows(); ++i) {
    const double shared = dot(target.row(i), v);
    sum += shared * shared * scale;
  }
  return target.rows() == 0 ? 0.0 : sum / static_cast<double>(target.rows());
}

}  // namespace diffjoule::stats
