// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/law/law.h"

// What measurements say of each coefficient of a roofline law: the covariance of its logarithms at the law, data and
// priors together, (J'WJ + P^-1)^-1, weighted as the fit weighs (forms/roofline.cpp). A coefficient of which all of the
// prior's deviation is left is its prior; two that correlate by more than 0.9 are known in combination only.
namespace diffjoule::law {

struct Known {
  std::string name;
  double prior = 0.0, deviation = 0.0;   // standard deviations of the logarithm
  std::optional<double> inflation = {};  // variance inflation by the other coefficients
  [[nodiscard]] double left() const { return deviation / prior; }
};

struct Entangled {
  std::string a, b;
  double correlation = 0.0;
};

struct Identifiability {
  std::vector<Known> coefficients;
  std::vector<Entangled> pairs;   // above 0.9
  double condition_number = 1.0;  // of the scaled design on one GPU
};

// An error for a law of another form, or where no row is of one GPU.
[[nodiscard]] Result<Identifiability> identifiability(const Law& roofline, std::span<const Observation> rows);

}  // namespace diffjoule::law
