// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <vector>

#include "diffjoule/measure/meter.h"

// Whether a machine has come back to rest: its sensors' temperature and power against what they were at rest, as
// multiples of what is tolerated. A device without both says nothing. Fed by a meter, in the sampler's thread.
namespace diffjoule::sweep {

class Rest final : public measure::Sink {
 public:
  explicit Rest(const std::vector<sensors::DeviceInfo>& devices);

  void take(const measure::Tick& tick) override;

  // What is seen from begin_baseline() to end_baseline() is rest.
  void begin_baseline();
  void end_baseline();

  // The most of any device: 1 is just tolerable, below it the machine is at rest. nullopt: nobody knows, without a
  // baseline or a sensor.
  [[nodiscard]] std::optional<double> excess() const;

  static constexpr double tolerable_warmth = 2.0;   // degrees Celsius above rest
  static constexpr double tolerable_share = 0.1;    // of the power at rest, and
  static constexpr Power least_power = 2.0 * watt;  // that much at least
  static constexpr Duration memory = 0.5 * second;  // power is averaged over, exponentially

 private:
  struct Trail {
    std::optional<double> now;  // smoothed
    double sum = 0.0;           // of the baseline
    std::size_t count = 0;
    [[nodiscard]] std::optional<double> rest() const;
  };
  struct Body {
    std::vector<bool> is_temperature, is_power;  // by channel
    std::optional<std::size_t> counter;          // where there is no power: its differences are one
    std::optional<double> counted;               // J
    os::Instant counted_at, power_at;
    Trail warmth, power;
  };
  void see_power(Body& body, os::Instant time, Power power);
  void see_counter(Body& body, os::Instant time, Energy energy);
  void keep(Trail& trail) const;

  mutable std::mutex mutex_;
  std::vector<Body> bodies_;
  bool learning_ = false;
};

}  // namespace diffjoule::sweep
