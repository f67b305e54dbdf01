// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "diffjoule/os/clock.h"
#include "diffjoule/sensors/sensor.h"

// What the sensors said, in order of time.
namespace diffjoule::measure {

// Readings of one channel. A value that stays the same for long is kept as its first and last reading.
class Series {
 public:
  struct Point {
    os::Instant time;
    sensors::Reading reading;
  };
  void add(os::Instant time, sensors::Reading reading);
  [[nodiscard]] const std::vector<Point>& points() const { return points_; }

 private:
  std::vector<Point> points_;
};

// One device's channels, in the order of its info.
struct DeviceTrace {
  sensors::DeviceInfo device;
  std::vector<Series> channels;
};

using Trace = std::vector<DeviceTrace>;

}  // namespace diffjoule::measure
