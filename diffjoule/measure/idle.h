// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "diffjoule/measure/measurement.h"

// Idle power, and energy above it: E - P_idle t, with u^2 = u(E)^2 + (t u(P_idle))^2. Where idle was taken before and
// after, P_idle is their mean and (difference)^2 / 12 is added to its variance: it went from one to the other, nobody
// knows when (GUM 4.3.7).
namespace diffjoule::measure {

// From the energy of a window in which nothing ran; nullopt where there is none.
[[nodiscard]] std::optional<Idle> idle_from(const PartEnergy& window, Duration length, Idle::Kind kind);

[[nodiscard]] std::optional<Estimate<Power>> idle_power(const DeviceIdle& idle);

void subtract_idle(PartEnergy& part, Duration elapsed, const DeviceIdle& idle);

}  // namespace diffjoule::measure
