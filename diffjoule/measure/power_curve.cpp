// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/power_curve.h"

#include <algorithm>
#include <cmath>

namespace diffjoule::measure {
namespace {

// Mean of the lower four fifths of |v - median of three| for white Gaussian noise of standard deviation one (a million
// draws). The upper fifth may be bursts.
constexpr double quiet_departure = 0.282;
constexpr double quiet_share = 0.8;
constexpr double silent_periods = 3.0;  // longer than so many read periods without a reading is a gap

Power noise_of(const std::vector<PowerPoint>& points) {
  std::vector<double> v;
  for (const auto& p : points) {
    if (!p.held) v.push_back(p.power.in(watt));
  }
  if (v.size() < 8) return {};
  const std::vector<double> m = median_of_three(v);
  for (std::size_t i = 0; i < v.size(); ++i) v[i] = std::abs(v[i] - m[i]);
  std::sort(v.begin(), v.end());
  const auto quiet = static_cast<std::size_t>(quiet_share * static_cast<double>(v.size()));
  double sum = 0.0;
  for (std::size_t i = 0; i < quiet; ++i) sum += v[i];
  return sum / static_cast<double>(quiet) / quiet_departure * watt;
}

}  // namespace

std::vector<double> median_of_three(const std::vector<double>& values) {
  std::vector<double> m = values;
  for (std::size_t i = 1; i + 1 < values.size(); ++i)
    m[i] = std::max(std::min(values[i - 1], values[i]), std::min(std::max(values[i - 1], values[i]), values[i + 1]));
  return m;
}

PowerCurve power_curve(const std::vector<Series::Point>& points, const sensors::Channel& channel, Duration read_period,
                       bool zero_is_possible) {
  PowerCurve curve;
  const Duration update = channel.update_period > Duration{} ? channel.update_period : 0.1 * second;
  curve.spacing = std::max(read_period, update);
  curve.window = channel.averaging_window;
  curve.lag_half = 0.5 * std::min(curve.spacing, update);
  curve.resolution = channel.resolution;
  curve.gain = channel.relative_uncertainty;
  const Duration back = curve.lag_half + 0.5 * curve.window;
  const Duration longest = silent_periods * curve.spacing;
  os::Instant last;
  for (const auto& p : points) {
    curve.lost = p.reading.absence == sensors::Absence::lost;
    if (!p.reading.there() || !std::isfinite(p.reading.value)) continue;
    curve.readings += p.held ? 0 : 1;
    if (p.reading.value <= 0.0 && !zero_is_possible) {
      curve.zeros += 1;
      continue;
    }
    if (curve.points.empty()) curve.first_reading = p.time;
    const bool gap = !curve.points.empty() && !p.held && p.time - last > longest;
    curve.points.push_back({p.time - back, p.reading.value * watt, p.held, gap});
    last = p.time;
  }
  curve.last_reading = last;
  curve.noise = noise_of(curve.points);
  return curve;
}

}  // namespace diffjoule::measure
