// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/summary.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "diffjoule/error/contract.h"

namespace diffjoule::stats {

double mean(std::span<const double> values) {
  expect(!values.empty(), "a mean is of at least one value");
  double sum = 0.0;
  for (const double value : values) sum += value;
  const double rough = sum / static_cast<double>(values.size());
  double left = 0.0;  // the second pass takes back what rounding lost in the first
  for (const double value : values) left += value - rough;
  return rough + left / static_cast<double>(values.size());
}

double weighted_mean(std::span<const double> values, std::span<const double> weights) {
  expect(values.size() == weights.size(), "one weight for each value");
  double sum = 0.0;
  double total = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    expect(weights[i] >= 0.0, "no weight is negative");
    sum += weights[i] * values[i];
    total += weights[i];
  }
  expect(total > 0.0, "some weight is above zero");
  return sum / total;
}

double median(std::span<const double> values) { return quantile(values, 0.5); }

double quantile(std::span<const double> values, double probability) {
  expect(!values.empty(), "a quantile is of at least one value");
  expect(probability >= 0.0 && probability <= 1.0, "a probability lies in 0..1");
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const double position = static_cast<double>(sorted.size() - 1) * probability;
  const auto below = static_cast<std::size_t>(std::floor(position));
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return std::lerp(sorted[below], sorted[above], position - std::floor(position));
}

double standard_deviation(std::span<const double> values) {
  expect(values.size() >= 2, "a standard deviation is of at least two values");
  const double centre = mean(values);
  double sum = 0.0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

}  // namespace diffjoule::stats
