// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/sweep/plan.h"
#include "diffjoule/sweep/trial.h"

// The configurations of the designs that know them beforehand, each once, in the order of the plan.
namespace diffjoule::sweep {

// Every combination of all levels; the last axis turns fastest. Ranges are refused.
[[nodiscard]] Result<std::vector<Configuration>> full_factorial(const Plan& plan);

// Least and most of the two axes that change the work most, for each model: resolution and steps where both are there,
// else the first two whose values are numbers. Other axes stay at their first value.
[[nodiscard]] Result<std::vector<Configuration>> corners(const Plan& plan);

// McKay, Beckman & Conover, "A comparison of three methods for selecting values of input variables", Technometrics 21
// (1979): of N points each axis is cut into N strata of which every one is used once; N is plan.points, else ten for
// each axis that varies (Loeppky, Sacks & Welch, Technometrics 51, 2009). Of a list every value appears equally often,
// give or take one. Of 64 such designs the one with the fewest points that fall together is taken, and of those the one
// whose nearest points are furthest apart; of points that fall together one is run.
[[nodiscard]] Result<std::vector<Configuration>> latin_hypercube(const Plan& plan);

// The configurations of the plan's design.
[[nodiscard]] Result<std::vector<Configuration>> configurations(const Plan& plan);

// 0 ... count - 1 in an order that the seed decides, the same on every machine (Fisher & Yates).
[[nodiscard]] std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed);

}  // namespace diffjoule::sweep
