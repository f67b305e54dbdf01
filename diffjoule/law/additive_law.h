// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "diffjoule/law/law.h"

// What the additive forms share: time as a sum of terms fitted on measured latencies, energy as a sum of terms plus
// static power x that predicted time, and boundaries converted by idle power x predicted time.
namespace diffjoule::law {

// Adds coefficients "time: ..." and card deviations of time to `law`. An error if no observation has a latency.
[[nodiscard]] Status fit_time(std::span<const Observation> observations, Law& law);

// Elapsed time of the whole batch; `first` is the index of "time: linear" among the coefficients.
[[nodiscard]] Duration predicted_time(const Law& law, std::size_t first, const Observation& observation);

// Energy that the boundary adds to (or takes from) that of the GPUs used: idle power of the other metered GPUs, or of
// those used, x time. An error for `wall`: nothing here knows a power supply.
[[nodiscard]] Result<Energy> boundary_difference(const Observation& observation, Duration elapsed);

}  // namespace diffjoule::law
