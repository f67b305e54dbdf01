// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "diffjoule/stats/matrix.h"

// Which run would tell most: sequential I-optimality of a linear model with Gaussian priors (Atkinson, Donev and
// Tobias, "Optimum Experimental Designs, with SAS", 2007, chapters 10 and 18).
//
// A row x is the derivative of the expected value by the parameters; with covariance V the expected value at z is known
// with variance z'Vz, and a run at x with noise variance s^2 takes (z'Vx)^2 / (s^2 + x'Vx) off it.
namespace diffjoule::stats {

class Knowledge {
 public:
  // Before any run: the priors' standard deviations, independent.
  explicit Knowledge(std::span<const double> deviations);

  // Takes in a run at `row`.
  void add(std::span<const double> row, double noise_variance);

  // z'Vz
  [[nodiscard]] double variance(std::span<const double> row) const;
  // Over the rows of a matrix.
  [[nodiscard]] double mean_variance(const Matrix& rows) const;
  // By how much a run at `row` would lower the mean variance over the target rows.
  [[nodiscard]] double gain(std::span<const double> row, double noise_variance, const Matrix& target) const;

  [[nodiscard]] const Matrix& covariance() const { return covariance_; }

 private:
  [[nodiscard]] std::vector<double> product(std::span<const double> row) const;  // V x
  Matrix covariance_;
};

}  // namespace diffjoule::stats
