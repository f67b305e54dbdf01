// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "diffjoule/io/openmetrics.h"
#include "diffjoule/store/import.h"
#include "diffjoule/store/power_series.h"

// Metrics of GPUs, CPUs and meters as Prometheus exporters give them, collected over several scrapes or over a range of
// time, and made records of.
namespace diffjoule::store {

class Scrapes {
 public:
  explicit Scrapes(std::string format) : format_(std::move(format)) {}

  // Sample by sample, in order of time for each device. What is no energy or power, and the blank values of DCGM, are
  // passed over.
  void add(const io::MetricSample& sample, std::optional<Duration> time, const std::string& where);

  // One record over all devices; devices without two readings are refused with the reason.
  [[nodiscard]] Result<Imported> imported(std::string_view bytes) const;

 private:
  struct Point {
    std::optional<Duration> time;
    double value;
    std::string where;
  };
  struct Seen {
    sensors::DeviceInfo device;
    sensors::Part part = sensors::Part::gpu;
    std::string channel = {};                      // which of several of that part: of two packages
    std::vector<Point> energy, above_idle, power;  // J, J, W
  };
  Seen* series_of(const io::MetricSample& sample, sensors::Part part);
  [[nodiscard]] Result<measure::PartEnergy> part_from(const Seen& seen) const;
  [[nodiscard]] std::optional<std::pair<Duration, Duration>> span() const;
  [[nodiscard]] static std::optional<measure::Doubt> counter_stuck(const Seen& seen,
                                                                   const std::optional<Integrated>& power);
  void put_counter(const Seen& seen, measure::PartEnergy& part) const;
  std::string format_;
  using Key = std::tuple<std::string, sensors::Part, std::string>;  // id of the device, part, channel
  std::map<Key, Seen> seen_;
  std::map<std::string, Refused> unknown_zones_;
};

// What a metric means: which part, joules since some moment or watts, and how many of its units make one.
struct MetricMeaning {
  enum class Kind { energy, above_idle, power } kind;
  sensors::Part part;
  double scale;
};
[[nodiscard]] std::optional<MetricMeaning> meaning_of(std::string_view metric);

// DCGM's words for "no value": the neighbours of 2^63, 2^47 and 2^31 that its headers reserve.
[[nodiscard]] bool is_blank(double value);

}  // namespace diffjoule::store
