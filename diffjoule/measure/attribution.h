// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/verdict.h"
#include "diffjoule/sensors/sensor.h"

// Who used a device, over time, and the share of it that was ours: own utilization over that of all, or equal shares
// of the processes where the driver tells no utilization. A process that does nothing (below 1 %) is nobody.
namespace diffjoule::measure {

class Occupancy {
 public:
  // `own`: the processes that are ours. Without any, nobody can be told apart and nothing is kept.
  void add(os::Instant time, const std::vector<sensors::Occupant>& occupants, const std::vector<int>& own);

  // Drops what ended before that.
  void forget(os::Instant before);

  struct Use {
    double share = 1.0;      // ours, mean over the covered time
    std::size_t others = 0;  // most at one time
    bool told = true;        // by utilization
  };
  // nullopt where no other process used it.
  [[nodiscard]] std::optional<Use> use(const Cover& cover) const;

 private:
  struct Point {
    os::Instant time;
    Use use;
  };
  std::vector<Point> points_;
};

}  // namespace diffjoule::measure
