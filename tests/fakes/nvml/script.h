// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What the fake NVML plays; README.md says what the keys mean. Seconds, watts and joules throughout.
namespace diffjoule::fakes::nvml {

inline constexpr double never = std::numeric_limits<double>::infinity();

// A value over time: steps, or straight lines between its points.
class TimeFunction {
 public:
  TimeFunction() = default;
  TimeFunction(std::vector<std::pair<double, double>> points, bool ramps) : points_(std::move(points)), ramps_(ramps) {}
  [[nodiscard]] double at(double time) const;
  [[nodiscard]] double integral(double from, double until) const;
  // Its mean over that long before a moment; the value of the moment where that is zero.
  [[nodiscard]] double mean_before(double time, double window) const;

 private:
  std::vector<std::pair<double, double>> points_{{0.0, 0.0}};
  bool ramps_ = false;
};

struct Stretch {
  double from = never, until = never;
  [[nodiscard]] bool holds(double time) const { return time >= from && time < until; }
};

// What is returned instead of the truth.
struct Refusal {
  int code = 0;
  Stretch when;
};

struct Counter {
  double step = 0.1, start = 1000.0;
  double reset_at = never, backwards_at = never, backwards = 0.0;
  Stretch stuck;
};

struct Process {
  unsigned pid = 0;
  std::optional<double> sm;
  Stretch when;
};

struct Gpu {
  std::string uuid, name;
  unsigned bus = 0;
  int capability_major = 9, capability_minor = 0;
  TimeFunction power, limit, temperature, sm_clock, memory_clock, utilization, throttle_reasons;
  std::optional<TimeFunction> module_power, memory_power;
  bool total_is_module = false;
  double power_update = 0.1, power_window = 0.025, average_window = 1.0;
  Stretch zero_power;
  Counter counter;
  std::map<unsigned, TimeFunction> throttled;  // by field id
  std::map<std::string, Refusal> returns;
  std::map<unsigned, unsigned> value_types;
  double lost_after = never;
  std::vector<std::string> slices;
  std::vector<Process> processes;
};

struct Script {
  int init = 0;
  double vanish_after = never, latency = 0.0;
  unsigned process_entry_bytes = 24;
  std::string driver_version;
  std::vector<Gpu> gpus;  // in NVML's order
};

// Throws (std::exception) what is wrong with it.
[[nodiscard]] Script parse(const std::string& text);

}  // namespace diffjoule::fakes::nvml
