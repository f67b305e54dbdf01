// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/power_series.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/measure/part.h"
#include "diffjoule/units/text.h"

namespace diffjoule::store {

Result<Integrated> integrate(const std::vector<PowerPoint>& points, double accuracy) {
  if (points.size() < 2)
    return fail(ErrorCode::invalid_data,
                "only " + std::to_string(points.size()) + " reading of power, expected two or more to integrate");
  std::vector<double> steps;
  Power lowest = points.front().power, highest = points.front().power;
  for (std::size_t i = 0; i < points.size(); ++i) {
    lowest = std::min(lowest, points[i].power);
    highest = std::max(highest, points[i].power);
    if (i == 0) continue;
    if (points[i].time < points[i - 1].time)
      return fail(ErrorCode::invalid_data, points[i].where + ": the clock goes back by " +
                                               to_text(points[i - 1].time - points[i].time) + "; split the file there");
    steps.push_back((points[i].time - points[i - 1].time).in(second));
  }
  std::nth_element(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(steps.size() / 2), steps.end());
  const Duration longest = 4.0 * steps[steps.size() / 2] * second;
  Integrated result;
  result.begin = points.front().time;
  result.elapsed = points.back().time - result.begin;
  if (!(result.elapsed > Duration())) return fail(ErrorCode::invalid_data, "all readings have the same time");
  Energy energy;
  double gap_variance = 0.0;
  std::size_t gaps = 0;
  Duration gap_time;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const Duration step = points[i].time - points[i - 1].time;
    energy = energy + 0.5 * (points[i].power + points[i - 1].power) * step;
    if (step <= longest) continue;
    ++gaps;
    gap_time = gap_time + step;
    gap_variance += std::pow(((highest - lowest) * step).in(joule), 2) / 12.0;
  }
  const double gain = energy.in(joule)*accuracy / std::sqrt(3.0);
  result.energy = {energy, std::sqrt(gain * gain + gap_variance) * joule};
  result.mean = energy / result.elapsed;
  result.highest = highest;
  if (gaps > 0)
    result.verdict.push_back({measure::DoubtKind::gap,
                              std::to_string(gaps) + " gaps, together " + to_text(gap_time) + ", were bridged",
                              "sample without pauses"});
  return result;
}

void put_power(const Integrated& power, measure::PartEnergy& part) {
  if (power.energy.value == Energy() && !measure::zero_is_possible(part.part)) {
    const std::string words = "all readings of power were 0 W, which this device cannot draw";
    part.verdict.push_back(
        {measure::DoubtKind::zero_power, words,
         "the device may sleep or the driver may not support the sensor: compare with another tool"});
    if (!part.energy && part.missing.empty()) part.missing = words;
    return;
  }
  part.integrated = power.energy;
  part.highest_power = power.highest;
  if (part.energy || !part.missing.empty()) return;
  part.energy = power.energy;
  part.instrument = measure::Instrument::integrated_power;
  part.mean_power = power.mean;
  part.verdict.insert(part.verdict.end(), power.verdict.begin(), power.verdict.end());
}

}  // namespace diffjoule::store
