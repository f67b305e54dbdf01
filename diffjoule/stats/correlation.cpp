// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/correlation.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

#include "diffjoule/error/contract.h"
#include "diffjoule/stats/summary.h"

namespace diffjoule::stats {
namespace {

bool varies(std::span<const double> values) {
  return std::any_of(values.begin(), values.end(), [&](double value) { return value != values.front(); });
}

}  // namespace

std::optional<double> pearson(std::span<const double> a, std::span<const double> b) {
  expect(a.size() == b.size(), "a correlation is between lists of equal length");
  if (!varies(a) || !varies(b)) return std::nullopt;
  const double centre_a = mean(a);
  const double centre_b = mean(b);
  const double deviation_a = standard_deviation(a);
  const double deviation_b = standard_deviation(b);
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    sum += ((a[i] - centre_a) / deviation_a) * ((b[i] - centre_b) / deviation_b);
  }
  return std::clamp(sum / static_cast<double>(a.size() - 1), -1.0, 1.0);
}

std::vector<double> average_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });

  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t past = first + 1;
    while (past < order.size() && values[order[past]] == values[order[first]]) ++past;
    const double shared = static_cast<double>(first + 1 + past) / 2.0;
    for (std::size_t i = first; i < past; ++i) ranks[order[i]] = shared;
    first = past;
  }
  return ranks;
}

std::optional<double> spearman(std::span<const double> a, std::span<const double> b) {
  return pearson(average_ranks(a), average_ranks(b));
}

}  // namespace diffjoule::stats
