// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/conditions.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "diffjoule/sensors/throttle.h"

namespace diffjoule::measure {
namespace {

using sensors::Measurand;

struct Mean {
  double sum = 0.0, highest = 0.0;
  Duration time;
  bool any = false;
};

template <class Each>
void over_time(const std::vector<Series::Point>& points, const Cover& cover, const Each& each) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (!points[i].reading.there()) continue;
    const os::Instant until = i + 1 < points.size() ? points[i + 1].time : std::max(points[i].time, cover.end());
    const Duration time = cover.within(points[i].time, until);
    if (time > Duration{}) each(points[i].reading.value, time);
  }
}

Mean mean_of(const std::vector<Series::Point>& points, const Cover& cover) {
  Mean m;
  over_time(points, cover, [&m](double value, Duration time) {
    m.highest = m.any ? std::max(m.highest, value) : value;
    m.sum += value * time.in(second);
    m.time += time;
    m.any = true;
  });
  return m;
}

// "throttled.thermal_hardware" -> "thermal (hardware)", as throttle_names() has it where it has it.
std::string reason_of(std::string name) {
  if (name.starts_with("throttled.")) name.erase(0, 10);
  if (name == "thermal_hardware") return "thermal (hardware)";
  if (name == "thermal_software") return "thermal (software)";
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

// A cumulative time: its growth over the cover, as a share; a fall says nothing.
void add_throttled_time(const std::vector<Series::Point>& points, const std::string& reason, const Cover& cover,
                        std::map<std::string, double>& shares) {
  double seconds = 0.0;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto& a = points[i - 1];
    const auto& b = points[i];
    if (!a.reading.there() || !b.reading.there() || b.reading.value <= a.reading.value) continue;
    seconds += (b.reading.value - a.reading.value) * (cover.within(a.time, b.time) / (b.time - a.time));
  }
  const double share = std::min(1.0, seconds / cover.elapsed().in(second));
  if (share > 0.0) shares[reason] = std::max(shares[reason], share);
}

void add_reasons(const std::vector<Series::Point>& points, const Cover& cover, std::map<std::string, double>& shares) {
  std::map<std::string, double> seconds;
  double all = 0.0;
  over_time(points, cover, [&](double value, Duration time) {
    all += time.in(second);
    for (const std::string& reason : sensors::throttle_names(static_cast<std::uint32_t>(std::max(0.0, value))))
      seconds[reason] += time.in(second);
  });
  for (const auto& [reason, s] : seconds) shares[reason] = std::max(shares[reason], s / all);
}

}  // namespace

void add_conditions(const DeviceTrace& trace, const Cover& cover, PartEnergy& part) {
  for (std::size_t c = 0; c < trace.device.channels.size(); ++c) {
    const sensors::Channel& channel = trace.device.channels[c];
    if (channel.part != part.part || channel.missing || channel.measurand == Measurand::energy ||
        channel.measurand == Measurand::power || channel.measurand == Measurand::utilization)
      continue;
    const auto points = trace.channels[c].around(cover.begin(), cover.end(), 1);
    if (channel.measurand == Measurand::throttled_time) {
      add_throttled_time(points, reason_of(channel.name), cover, part.throttled);
    } else if (channel.measurand == Measurand::throttle_reasons) {
      add_reasons(points, cover, part.throttled);
    } else if (const Mean m = mean_of(points, cover); m.any) {
      const double mean = m.sum / m.time.in(second);
      if (channel.measurand == Measurand::temperature && !part.temperature) {
        part.temperature = mean;
        part.highest_temperature = m.highest;
      } else if (channel.measurand == Measurand::clock && !part.clock) {
        part.clock = mean * hertz;
      } else if (channel.measurand == Measurand::power_limit && !part.power_limit) {
        part.power_limit = mean * watt;
      }
    }
  }
}

}  // namespace diffjoule::measure
