// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/bootstrap.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>

#include "diffjoule/stats/summary.h"

namespace diffjoule::stats {
namespace {

std::size_t draw_index(std::mt19937_64& random, std::size_t size) {
  const std::uint64_t past = std::numeric_limits<std::uint64_t>::max() / size * size;
  std::uint64_t value = random();
  while (value >= past) value = random();
  return static_cast<std::size_t>(value % size);
}

}  // namespace

Result<BootstrapInterval> bootstrap(std::size_t groups,
                                    const std::function<double(std::span<const std::size_t>)>& statistic,
                                    const BootstrapOptions& options) {
  if (groups < 2) {
    return fail(ErrorCode::invalid_argument,
                "a bootstrap needs at least two groups to draw from; here are " + std::to_string(groups));
  }
  if (options.replicates == 0 || !(options.level > 0.0 && options.level < 1.0)) {
    return fail(ErrorCode::invalid_argument, "a bootstrap needs replicates and a level between 0 and 1; here are " +
                                                 std::to_string(options.replicates) + " and " +
                                                 std::to_string(options.level));
  }
  std::vector<std::size_t> drawn(groups);
  std::iota(drawn.begin(), drawn.end(), std::size_t{0});
  BootstrapInterval result;
  result.estimate = statistic(drawn);

  std::mt19937_64 random(options.seed);
  std::vector<double> replicates;
  for (std::size_t i = 0; i < options.replicates; ++i) {
    for (std::size_t& group : drawn) group = draw_index(random, groups);
    const double value = statistic(drawn);
    if (std::isfinite(value)) replicates.push_back(value);
  }
  result.undefined = options.replicates - replicates.size();
  if (!std::isfinite(result.estimate) || 2 * result.undefined > options.replicates) {
    return fail(ErrorCode::unidentifiable, "the statistic is undefined on " + std::to_string(result.undefined) +
                                               " of " + std::to_string(options.replicates) +
                                               " resamples; it needs more groups");
  }
  const double tail = (1.0 - options.level) / 2.0;
  result.interval = {.low = quantile(replicates, tail), .high = quantile(replicates, 1.0 - tail)};
  return result;
}

Result<BootstrapInterval> bootstrap(std::span<const std::vector<double>> groups,
                                    const std::function<double(std::span<const double>)>& statistic,
                                    const BootstrapOptions& options) {
  std::vector<double> values;
  return bootstrap(
      groups.size(),
      [&](std::span<const std::size_t> drawn) {
        values.clear();
        for (const std::size_t group : drawn) values.insert(values.end(), groups[group].begin(), groups[group].end());
        return statistic(values);
      },
      options);
}

}  // namespace diffjoule::stats
