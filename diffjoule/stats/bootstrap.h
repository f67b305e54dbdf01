// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/stats/interval.h"

// The percentile bootstrap over groups: whole groups are drawn with replacement, so that what is alike within a group
// stays together (Davison & Hinkley, Bootstrap Methods and their Application, 1997, sec. 3.8 and 5.3).
//
// The same seed gives the same answer on every platform: std::mt19937_64 is fixed by the standard, and the draw of an
// index (rejection, without modulo bias) is our own, because std::uniform_int_distribution is not. Replicates where the
// statistic is not finite (it is undefined on some resamples) are left out and counted; more than half is an error.
namespace diffjoule::stats {

struct BootstrapOptions {
  std::uint64_t seed = 1;
  std::size_t replicates = 2000;
  double level = 0.95;
};

struct BootstrapInterval {
  double estimate = 0.0;  // the statistic of the data as they are
  Interval interval;      // the (1 -+ level) / 2 quantiles of its replicates
  std::size_t undefined = 0;
};

// The statistic gets the indices of the drawn groups, as many as there are groups.
[[nodiscard]] Result<BootstrapInterval> bootstrap(std::size_t groups,
                                                  const std::function<double(std::span<const std::size_t>)>& statistic,
                                                  const BootstrapOptions& options = {});

// The statistic gets all values of the drawn groups, one group after the other.
[[nodiscard]] Result<BootstrapInterval> bootstrap(std::span<const std::vector<double>> groups,
                                                  const std::function<double(std::span<const double>)>& statistic,
                                                  const BootstrapOptions& options = {});

}  // namespace diffjoule::stats
