// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>

#include "diffjoule/sensors/sensor.h"

// How often a channel is read. No channel is read faster than it updates, nor faster than each 10 ms; a counter that
// updates faster than each 100 ms is read that often, since it forgets nothing. An unknown update period is taken to be
// 100 ms. `wanted` (the user's period) lengthens all of them, and shortens those that update faster.
namespace diffjoule::measure {

inline constexpr Duration shortest_period = 0.01 * second;
inline constexpr Duration usual_period = 0.1 * second;

[[nodiscard]] inline Duration read_period(const sensors::Channel& channel, std::optional<Duration> wanted) {
  const Duration update = channel.update_period > Duration{} ? channel.update_period : usual_period;
  const bool sampled = channel.measurand == sensors::Measurand::power;  // what it does not show is gone
  const Duration own = std::max(update, sampled ? shortest_period : usual_period);
  return wanted ? std::max({*wanted, update, shortest_period}) : own;
}

}  // namespace diffjoule::measure
