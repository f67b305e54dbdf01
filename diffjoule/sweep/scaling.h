// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "diffjoule/engines/engine.h"
#include "diffjoule/measure/measurement.h"
#include "diffjoule/sweep/trial.h"

// From a run and what the meter saw of it to a trial: of phases whose evaluations ran in part, time and energy are
// scaled to all of them.
namespace diffjoule::sweep {

// Standard uncertainty of what was not run, as a share of it. Assumed: evaluations of one phase do the same work, and
// what differs between them on the machines we know (clocks, temperature, first touches) stays below this.
inline constexpr double assumed_spread_of_evaluations = 0.02;

// `measurement` is of `ran.begin` to `ran.end`, with a phase for each of the run's by name.
[[nodiscard]] Trial trial_of(const Configuration& configuration, std::int64_t replicate, const engines::Ran& ran,
                             const measure::Measurement& measurement);

}  // namespace diffjoule::sweep
