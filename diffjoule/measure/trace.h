// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "diffjoule/os/clock.h"
#include "diffjoule/sensors/sensor.h"

// What the sensors said, in order of time.
namespace diffjoule::measure {

// Readings of one channel. A value that stays the same for long is kept as its first and last reading. 16 bytes each.
class Series {
 public:
  struct Point {
    os::Instant time;
    sensors::Reading reading;
    bool held = false;  // the value of the point before it, and seen again and again in between
  };
  Series() = default;
  // Readings of the same value further apart than this are not one run: nobody looked in between.
  explicit Series(Duration longest_silence) : longest_silence_(longest_silence) {}

  void add(os::Instant time, sensors::Reading reading);
  // Drops what lies before `before`, but for the last reading there.
  void forget(os::Instant before);
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::vector<Point> points() const;
  // Those from `from` to `to`, and up to `beyond` more on each side.
  [[nodiscard]] std::vector<Point> around(os::Instant from, os::Instant to, std::size_t beyond) const;

 private:
  struct Entry {
    std::int64_t packed = 0;  // nanoseconds x 16 + absence x 2 + held: good for 18 years since the clock's origin
    double value = 0.0;
  };
  [[nodiscard]] static Point unpacked(const Entry& entry);

  std::deque<Entry> entries_;
  Duration longest_silence_;  // zero: any
};

// One device's channels, in the order of its info.
struct DeviceTrace {
  sensors::DeviceInfo device;
  std::vector<Series> channels;
};

using Trace = std::vector<DeviceTrace>;

}  // namespace diffjoule::measure
