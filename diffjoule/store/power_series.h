// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/measure/measurement.h"

// Power that somebody else sampled, integrated.
namespace diffjoule::store {

struct PowerPoint {
  Duration time;
  Power power;
  std::string where;  // "line 7": for messages
};

struct Integrated {
  Duration begin, elapsed;
  Estimate<Energy> energy;
  Power mean, highest;
  measure::Verdict verdict;
};

// Trapezoids. Needs two points and a clock that never goes back; an interval beyond four times the usual one (the
// median) is a gap: bridged, said, and uncertain by the range of the power over it. `accuracy` of the sensor, as in
// taken.h.
[[nodiscard]] Result<Integrated> integrate(const std::vector<PowerPoint>& points, double accuracy);

// Makes it the energy of a part that has none and no reason why, and what stands beside the counter of one that has. A
// device that cannot draw nothing and showed 0 W all the time was not measured.
void put_power(const Integrated& power, measure::PartEnergy& part);

}  // namespace diffjoule::store
