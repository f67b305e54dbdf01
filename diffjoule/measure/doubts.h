// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/measure/counter.h"
#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/integrate.h"
#include "diffjoule/measure/measurement.h"
#include "diffjoule/measure/verdict.h"

// The reasons to doubt, each with the numbers that were seen and what to do. Thresholds are here and in
// docs/method/measurement.md; where one does not apply, the function returns nothing.
namespace diffjoule::measure {

inline constexpr double tolerable_edges = 0.05;   // expanded (k = 2) uncertainty of the edges, of the energy
inline constexpr double tolerable_bursts = 0.01;  // of the energy
inline constexpr double tolerable_gaps = 0.01;    // of the time
inline constexpr double tolerable_throttling = 0.01;
inline constexpr double tolerable_difference = 0.02;  // between the instruments, of the energy, beyond 3 uncertainties
inline constexpr double tolerable_drift = 0.05;       // of idle power, beyond 2 uncertainties

// How many back to back repeats bring the edges to the tolerable; one where they are.
[[nodiscard]] std::size_t repeats_that_suffice(const Integral& energy);

// `sees`: how often the instrument sees something new, and over how long.
[[nodiscard]] std::optional<Doubt> too_short(const Integral& energy, Duration elapsed, Duration sees, bool by_counter);
[[nodiscard]] std::optional<Doubt> undersampled(const PowerIntegral& power, Duration window, Duration spacing);
[[nodiscard]] std::optional<Doubt> power_gap(const PowerIntegral& power, Duration elapsed);
[[nodiscard]] std::optional<Doubt> disagreement(const Estimate<Energy>& counter, const Estimate<Energy>& integrated);
[[nodiscard]] std::vector<Doubt> breaks(const CounterPath& path, const Cover& cover);
[[nodiscard]] std::optional<Doubt> counter_stuck(const CounterPath& path, const Cover& cover,
                                                 std::optional<Power> power, bool zero_is_possible);
[[nodiscard]] std::optional<Doubt> zero_power(std::size_t zeros, std::size_t readings);
[[nodiscard]] std::optional<Doubt> throttled(const PartEnergy& part);
[[nodiscard]] std::optional<Doubt> drifted(const DeviceIdle& idle);
[[nodiscard]] Doubt lost(Duration before_end, std::optional<Energy> until_then);
[[nodiscard]] Doubt silent(const std::string& why);
[[nodiscard]] Doubt assumed(const std::string& device);
[[nodiscard]] Doubt partition(const std::string& device);
[[nodiscard]] Doubt shared(std::size_t others, double share, bool told);
[[nodiscard]] Doubt no_sensor(const std::vector<std::string>& advice);
[[nodiscard]] Doubt interrupted(Duration after);

}  // namespace diffjoule::measure
