// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

// Numbers that sum up a list of finite numbers. Contract: the list is not empty, standard_deviation needs two values,
// weights are as many as the values, none negative and not all zero.
//
// quantile(p) is type 7 of Hyndman & Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50
// (1996), the default of R and NumPy: linear between the order statistics at position 1 + (n - 1) p.
// standard_deviation divides by n - 1.
namespace diffjoule::stats {

[[nodiscard]] double mean(std::span<const double> values);
[[nodiscard]] double weighted_mean(std::span<const double> values, std::span<const double> weights);
[[nodiscard]] double median(std::span<const double> values);
[[nodiscard]] double quantile(std::span<const double> values, double probability);
[[nodiscard]] double standard_deviation(std::span<const double> values);

}  // namespace diffjoule::stats
