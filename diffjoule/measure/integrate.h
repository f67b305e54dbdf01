// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/integral.h"
#include "diffjoule/measure/power_curve.h"

// Energy over a cover by sampled power: the trapezoid through the curve's points.
//
// With v the curve, m its median of three, e = v - m, T the spacing, w the averaging window, blind = max(0, T - w):
//   jumps     a jump of j lies anywhere in the blind time between two windows: sum of j^2 blind^2 V, where j is the
//             difference of neighbours in m less the median of three such differences (a ramp is none), and V the
//             variance of the covered part of the interval beyond a rectangular moment (1/12 where all is covered)
//   noise     T^2 noise^2 for each reading, by the curve's own noise
//   bursts    what one reading alone saw stands for a T in which it may have lasted nothing or 2 T: sum of e^2 T^2
//             where w < T and e is more than 3 times the noise (each such reading is one draw; Poisson). Where windows
//             touch (w >= T) everything was seen. What no reading saw, no formula knows
//   lag       (min(T, u) / 2)^2 / 3 x (sum over edges of +-P)^2: the shift is common to the window
//   averaging at each edge, (range of v within +-w/2 x w / 8)^2 / 3: a jump at the edge itself puts w / 8 of it on the
//             wrong side
//   gaps      (range of power in the window, half the highest at least, x gap)^2 / 12
//   ends      beyond the last point the last value is held for h: (range over the last max(2 T, w) x h)^2 / 3
// The gain is kept apart. Formulas: GUM 4.3.7 (rectangular) and 5.1.2 (sum of squares).
namespace diffjoule::measure {

struct PowerIntegral {
  Integral energy;
  Duration gaps;             // of the covered time
  double burst_share = 0.0;  // of the energy: what only one reading in a row saw, or an average cannot tell
  Power highest;
};

[[nodiscard]] Result<PowerIntegral> integrate(const PowerCurve& curve, const Cover& cover);

}  // namespace diffjoule::measure
