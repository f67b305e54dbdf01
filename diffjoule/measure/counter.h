// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "diffjoule/measure/trace.h"
#include "diffjoule/sensors/sensor.h"
#include "diffjoule/units/units.h"

// What the readings of a cumulative counter say: its value is the energy at its last update, and stands until the next.
//
// A *knot* is an update that was seen: its moment lies between the last reading of the old value and the first of the
// new one, and no longer before that than the counter updates. Where one update is known well (the counter was followed
// at an edge), the stated update period dates its neighbours too: each may lie 2 % of a period off, and never outside
// its own bracket. A counter that is seen to hold its values for longer than it says is taken to be that slow.
//
// Wraps are undone where the channel says where it wraps: value + (wraps_at + resolution). A decrease is a wrap only if
// the power it means is possible (20 kW a part at most) and less than half a range went by; everything else breaks the
// path, and no energy is told across a break.
namespace diffjoule::measure {

struct Knot {
  os::Instant earliest, latest;
  Energy value;             // unwrapped
  std::size_t segment = 0;  // differences are of one segment
  Duration stood = {};      // it was seen to keep this value for so long
  [[nodiscard]] os::Instant middle() const { return earliest + 0.5 * (latest - earliest); }
  [[nodiscard]] Duration half_width() const { return 0.5 * (latest - earliest); }
};

struct Break {
  enum class Kind { fell, wrap_unknown };
  Kind kind = Kind::fell;
  os::Instant from, to;  // the readings before and after
  Energy before, after;
};

struct CounterPath {
  std::vector<Knot> knots;
  std::vector<Break> breaks;
  struct Watched {
    os::Instant first, last;
  };
  std::vector<Watched> segments;       // first and last reading of each
  std::optional<os::Instant> lost_at;  // the device was gone from then on
  Energy resolution;
  Duration update;  // between updates, as stated or as seen; zero: not known
};

// From one reading to another one, `passed` later (a counter's update period included).
struct CounterStep {
  Energy by;
  bool wrapped = false;
  std::optional<Break::Kind> broken;  // nothing is known of `by` then
};
[[nodiscard]] CounterStep counter_step(const sensors::Channel& channel, Energy before, Energy after, Duration passed);

// `resolution`, `wraps_at`, `may_wrap` and `update_period` of the channel are believed.
[[nodiscard]] CounterPath counter_path(const std::vector<Series::Point>& points, const sensors::Channel& channel);

}  // namespace diffjoule::measure
