// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "diffjoule/measure/trace.h"
#include "diffjoule/sensors/sensor.h"
#include "diffjoule/units/units.h"

// A power channel's readings as a curve: each at the moment that it speaks of.
//
// A reading at r shows the last update, which came up to min(T, u) before (T the time between readings, u the update
// period), and that is the mean of the averaging window w before it. So it stands for r - min(T, u) / 2 - w / 2, give
// or take min(T, u) / 2 (rectangular, and the same for all readings of a window). An unknown u is taken to be 100 ms.
namespace diffjoule::measure {

struct PowerPoint {
  os::Instant centre;
  Power power;
  bool held = false;       // the value of the point before, seen again and again in between
  bool after_gap = false;  // nobody saw what came between the point before and this one
};

struct PowerCurve {
  std::vector<PowerPoint> points;
  Duration spacing;   // T
  Duration window;    // w
  Duration lag_half;  // half of min(T, u)
  Power noise;        // of one reading, standard, from the quiet four fifths of departures from the median of three
  double resolution = 0.0;
  double gain = 0.0;      // relative, standard
  std::size_t zeros = 0;  // readings of 0 W that were not believed
  std::size_t readings = 0;
  bool lost = false;  // the device was gone at the end
  os::Instant first_reading, last_reading;
};

// `zero_is_possible`: 0 W may be true (a rail), or cannot be (a GPU) and is no reading then.
[[nodiscard]] PowerCurve power_curve(const std::vector<Series::Point>& points, const sensors::Channel& channel,
                                     Duration read_period, bool zero_is_possible);

// The median of a point and its two neighbours; ends stay.
[[nodiscard]] std::vector<double> median_of_three(const std::vector<double>& values);

}  // namespace diffjoule::measure
