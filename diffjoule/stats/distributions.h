// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "diffjoule/stats/interval.h"

// Quantiles of the usual distributions, and the exact interval of a proportion (Boost.Math underneath).
//
// clopper_pearson is the two-sided interval at confidence `level` for the probability behind `successes` in `trials`:
// each end leaves (1 - level) / 2 in its binomial tail (Clopper & Pearson, Biometrika 26, 1934). It never covers less
// often than `level`. Contract: probabilities and levels lie strictly between 0 and 1, degrees of freedom are above
// zero, trials are at least one and at least the successes.
namespace diffjoule::stats {

[[nodiscard]] double normal_quantile(double probability);
[[nodiscard]] double student_t_quantile(double probability, double degrees_of_freedom);
[[nodiscard]] Interval clopper_pearson(std::size_t successes, std::size_t trials, double level);

}  // namespace diffjoule::stats
