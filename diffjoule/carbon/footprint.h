// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/units/units.h"

namespace diffjoule::carbon {

// Operational emissions of energy drawn at one place. The data centre's overhead (PUE) and the making of the hardware
// are not in it.
[[nodiscard]] constexpr Emissions footprint(Energy energy, CarbonIntensity intensity) { return energy * intensity; }

}  // namespace diffjoule::carbon
