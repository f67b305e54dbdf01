// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/doubts.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/units/text.h"

namespace diffjoule::measure {
namespace {

std::string percent_of(Energy part, Energy whole) {
  return whole > Energy{} ? percent_text(part / whole) : to_text(part);
}

}  // namespace

std::size_t repeats_that_suffice(const Integral& energy) {
  const double edges = 2.0 * energy.of_edges.in(joule), allowed = tolerable_edges * energy.value.in(joule);
  if (!(edges > allowed)) return 1;
  return allowed > 0.0 ? static_cast<std::size_t>(std::min(1e9, std::ceil(edges / allowed))) : 1000;
}

std::optional<Doubt> too_short(const Integral& energy, Duration elapsed, Duration sees, bool by_counter) {
  std::size_t repeats = repeats_that_suffice(energy);
  if (repeats == 1 && elapsed >= sees) return std::nullopt;
  repeats = std::max(repeats, static_cast<std::size_t>(std::min(1e9, std::ceil(2.0 * (sees / elapsed)))));
  return Doubt{DoubtKind::too_short,
               to_text(elapsed) + " against the " + to_text(sees) + " in which the " +
                   (by_counter ? "counter steps" : "power sensor sees something new") + ": its edges alone are +-" +
                   percent_of(2.0 * energy.of_edges, energy.value) + " (k = 2)",
               "run it " + std::to_string(repeats) + " times back to back in one window and divide"};
}

std::optional<Doubt> undersampled(const PowerIntegral& power, Duration window, Duration spacing) {
  if (power.burst_share <= tolerable_bursts) return std::nullopt;
  const bool averaged = window >= spacing;
  return Doubt{DoubtKind::undersampled,
               averaged
                   ? "power changed back and forth within the " + to_text(window) + " that the sensor averages over"
                   : percent_text(power.burst_share) + " of the energy was seen by single readings " +
                         to_text(spacing) + " apart, of " + to_text(window) + " each",
               "trust the energy counter where there is one; else repeat the work, so that many bursts average out"};
}

std::optional<Doubt> power_gap(const PowerIntegral& power, Duration elapsed) {
  if (!(power.gaps > tolerable_gaps * elapsed)) return std::nullopt;
  return Doubt{
      DoubtKind::gap,
      "no power reading for " + to_text(power.gaps) + " of " + to_text(elapsed) + ": a straight line was drawn across",
      "leave the sampler a processor (the machine was overloaded, suspended, or the driver hung)"};
}

std::optional<Doubt> disagreement(const Estimate<Energy>& counter, const Estimate<Energy>& integrated) {
  const double c = counter.value.in(joule), i = integrated.value.in(joule);
  const double u = std::hypot(counter.uncertainty.in(joule), integrated.uncertainty.in(joule));
  const double difference = std::abs(c - i);
  if (difference <= 3.0 * u || difference <= tolerable_difference * std::max(std::abs(c), std::abs(i)))
    return std::nullopt;
  return Doubt{DoubtKind::disagreement,
               "the counter says " + to_text(counter.value) + ", integrated power " + to_text(integrated.value) + ": " +
                   to_text(difference / u, 2) + " standard uncertainties apart",
               "compare both over a steady load of a minute; if they still differ, one sensor is wrong"};
}

std::vector<Doubt> breaks(const CounterPath& path, const Cover& cover) {
  std::vector<Doubt> found;
  for (const Break& b : path.breaks) {
    if (b.to <= cover.begin() || b.from >= cover.end()) continue;
    if (b.kind == Break::Kind::fell) {
      found.push_back({DoubtKind::counter_reset,
                       "the energy counter fell from " + to_text(b.before) + " to " + to_text(b.after) + ", " +
                           to_text(std::max(b.from - cover.begin(), Duration{})) + " after the beginning",
                       "measure again; on NVIDIA keep the driver loaded (nvidia-smi -pm 1)"});
    } else {
      found.push_back({DoubtKind::gap,
                       "the energy counter started again, or more than half of its range went by, in " +
                           to_text(b.to - b.from) + " between two readings: nobody knows how much",
                       "sample more often than the counter takes for half of its range"});
    }
  }
  return found;
}

std::optional<Doubt> counter_stuck(const CounterPath& path, const Cover& cover, std::optional<Power> power,
                                   bool zero_is_possible) {
  if (path.knots.empty()) return std::nullopt;
  const Duration update = std::max(path.update, 0.1 * second);
  Duration longest;
  for (const Knot& k : path.knots) {
    const os::Instant from = std::max(k.latest, cover.begin()), to = std::min(k.latest + k.stood, cover.end());
    longest = std::max(longest, to - from);
  }
  if (longest < std::max(10.0 * update, 1.0 * second)) {
    const bool whole = longest >= 0.9 * cover.elapsed() && cover.elapsed() > 3.0 * update;
    if (!whole) return std::nullopt;
  }
  const bool flowed = power ? *power * longest > 5.0 * path.resolution + 2.0 * (*power * update) : !zero_is_possible;
  if (!flowed) return std::nullopt;
  return Doubt{DoubtKind::counter_stuck,
               "the energy counter stood still for " + to_text(longest) +
                   (power ? " while " + to_text(*power) + " flowed" : "; such a device cannot draw nothing"),
               "integrated power is used where there is one; a newer driver may help"};
}

std::optional<Doubt> zero_power(std::size_t zeros, std::size_t readings) {
  if (zeros == 0) return std::nullopt;
  return Doubt{DoubtKind::zero_power,
               std::to_string(zeros) + " of " + std::to_string(readings) +
                   " different power readings were 0 W, which this device cannot draw: they were left out",
               "the device may sleep or the driver may not support the sensor: compare with another tool"};
}

std::optional<Doubt> throttled(const PartEnergy& part) {
  std::string words;
  for (const auto& [reason, share] : part.throttled) {
    const bool doubtful = reason.find("thermal") != std::string::npos || reason.find("hardware") != std::string::npos ||
                          reason.find("brake") != std::string::npos || reason.find("reliability") != std::string::npos;
    if (doubtful && share > tolerable_throttling)
      words += (words.empty() ? "" : ", ") + reason + " " + percent_text(share) + " of the time";
  }
  if (words.empty()) return std::nullopt;
  return Doubt{DoubtKind::throttled, "slowed down: " + words,
               "cool it (or let it cool down between runs), check the supply, and measure again"};
}

std::optional<Doubt> drifted(const DeviceIdle& idle) {
  if (!idle.before || !idle.after || idle.before->kind != idle.after->kind) return std::nullopt;
  const Power a = idle.before->power.value, b = idle.after->power.value;
  const double difference = std::abs((b - a).in(watt));
  const double u = std::hypot(idle.before->power.uncertainty.in(watt), idle.after->power.uncertainty.in(watt));
  if (difference <= 2.0 * u || difference <= tolerable_drift * a.in(watt)) return std::nullopt;
  std::string words = "idle power was " + to_text(a) + " before and " + to_text(b) + " after";
  if (idle.before->temperature && idle.after->temperature) {
    words += " (" + to_text(*idle.before->temperature, 3) + " and " + to_text(*idle.after->temperature, 3) +
             " degrees Celsius)";
  }
  return Doubt{DoubtKind::drifted, words, "warm up first, or wait until it has cooled down, and measure again"};
}

Doubt lost(Duration before_end, std::optional<Energy> until_then) {
  std::string words = "the device vanished " + to_text(before_end) + " before the end";
  if (until_then) words += "; " + to_text(*until_then) + " until then are not the whole";
  return {DoubtKind::lost, words, "look into the kernel's log (dmesg) and measure again"};
}

Doubt silent(const std::string& why) {
  return {DoubtKind::gap, why, "leave the sampler a processor, and keep the meter running past the end of the window"};
}

Doubt assumed(const std::string& device) {
  return {DoubtKind::assumed, device + " is a model, not a sensor: its energy is assumed, not measured",
          "diffjoule devices says what would make a sensor available"};
}

Doubt partition(const std::string& device) {
  return {DoubtKind::partition, device + " is a slice of a card; the energy is that of the whole card",
          "measure while the other slices are idle, or take the share of the slice as an estimate"};
}

Doubt shared(std::size_t others, double share, bool told) {
  return {DoubtKind::shared,
          std::to_string(others) + (others == 1 ? " other process" : " other processes") + " used the device; " +
              percent_text(share) + " of it is taken to be this program's, " +
              (told ? "by the driver's utilization" : "by equal shares, since the driver tells no utilization"),
          "stop the others, or use the share as an estimate only"};
}

Doubt no_sensor(const std::vector<std::string>& advice) {
  std::string all = "--assume gives a model's energy, marked assumed";
  for (const std::string& a : advice) all += "; " + a;
  return {DoubtKind::no_sensor, "no energy or power could be read: there is no figure", all};
}

Doubt interrupted(Duration after) {
  return {DoubtKind::interrupted, "ended by a signal after " + to_text(after), "run it again to its end"};
}

}  // namespace diffjoule::measure
