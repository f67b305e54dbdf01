// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <vector>

// How two lists of equal length go together: pearson for a straight line, spearman for any monotone relation.
//
// spearman is pearson of the ranks; equal values share the average of their ranks (Kendall, "The treatment of ties in
// ranking problems", Biometrika 33, 1945). Absent where there is nothing to correlate: fewer than two values, or a
// list that does not vary.
namespace diffjoule::stats {

[[nodiscard]] std::optional<double> pearson(std::span<const double> a, std::span<const double> b);
[[nodiscard]] std::optional<double> spearman(std::span<const double> a, std::span<const double> b);

// 1 for the smallest; equal values share their average rank.
[[nodiscard]] std::vector<double> average_ranks(std::span<const double> values);

}  // namespace diffjoule::stats
