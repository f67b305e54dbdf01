// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "diffjoule/measure/trace.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/sensors/sensor.h"

// Which channel is due when, and the reading of it: no thread, no lock; whoever owns it calls step() when next_due()
// has come. Each channel is read at its read_period(); a device's channels that are due together are one call. A reader
// that was late goes on in its rhythm and does not catch up.
//
// follow(edge): from then on the device's energy counters are read each 2 ms until each has stepped, at most 120 ms.
namespace diffjoule::measure {

struct ReadMoment {
  std::size_t device = 0;
  os::Instant time;  // the middle of the call
  std::vector<std::size_t> channels;
  std::vector<sensors::Reading> readings;
};

inline constexpr Duration following_interval = 0.002 * second;
inline constexpr Duration longest_following = 0.12 * second;

class Recorder {
 public:
  using Devices = std::vector<std::unique_ptr<sensors::Device>>;
  // `cpu_time`: of the calling thread, for what drivers take; may be empty.
  Recorder(Devices devices, os::Clock& clock, std::optional<Duration> period, std::function<Duration()> cpu_time);

  [[nodiscard]] os::Instant next_due() const;
  // Reads what is due and hands each device's readings on.
  void step(const std::function<void(const ReadMoment&)>& take);
  void follow(os::Instant edge);

  [[nodiscard]] const Devices& devices() const { return devices_; }
  [[nodiscard]] Duration period(std::size_t device, std::size_t channel) const;
  // An empty trace for these devices.
  [[nodiscard]] Trace blank() const;
  [[nodiscard]] Duration driver_time() const { return driver_time_; }

 private:
  struct Turn {
    std::size_t channel = 0;
    Duration period;
    os::Instant due;
    bool counter = false;
    std::optional<os::Instant> follow_next;
    os::Instant follow_until;
    std::optional<double> stood;  // the first value behind the edge
  };
  static void move_on(Turn& turn, os::Instant now, const sensors::Reading& reading);

  Devices devices_;
  os::Clock& clock_;
  std::function<Duration()> cpu_time_;
  std::vector<std::vector<Turn>> turns_;  // by device
  Duration driver_time_;
};

}  // namespace diffjoule::measure
