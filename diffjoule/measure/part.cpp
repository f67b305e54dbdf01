// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/part.h"

#include <algorithm>
#include <utility>

#include "diffjoule/measure/conditions.h"
#include "diffjoule/measure/counter.h"
#include "diffjoule/measure/doubts.h"
#include "diffjoule/measure/edge.h"
#include "diffjoule/measure/integrate.h"
#include "diffjoule/measure/schedule.h"

namespace diffjoule::measure {
namespace {

using sensors::Measurand;
using sensors::Part;

constexpr std::size_t beyond = 24;  // points on each side: what edges, lags and noise are judged by

struct Powered {
  PowerCurve curve;
  PowerIntegral integral;
  bool good() const { return integral.burst_share <= tolerable_bursts; }
};

struct Evidence {
  CounterPath path;
  std::optional<Integral> counter;
  std::optional<Powered> power;
  std::size_t zeros = 0, readings = 0;
  std::optional<os::Instant> gone;   // last seen before the device was lost
  std::vector<std::string> reasons;  // why an instrument says nothing
};

std::vector<PowerCurve> curves_of(const DeviceTrace& trace, const PartChannels& channels, const Cover& cover,
                                  std::optional<Duration> wanted) {
  std::vector<PowerCurve> curves;
  for (const std::size_t c : channels.powers) {
    const sensors::Channel& channel = trace.device.channels[c];
    const Duration margin = channel.averaging_window + 3.0 * read_period(channel, wanted);
    curves.push_back(power_curve(trace.channels[c].around(cover.begin() - margin, cover.end() + margin, beyond),
                                 channel, read_period(channel, wanted), zero_is_possible(channels.part)));
  }
  return curves;
}

void integrate_best(const std::vector<PowerCurve>& curves, const Cover& cover, Evidence& evidence) {
  for (const PowerCurve& curve : curves) {
    evidence.zeros += curve.zeros;
    evidence.readings += curve.readings;
    if (curve.lost) evidence.gone = curve.last_reading;
    auto integral = integrate(curve, cover);
    if (!integral) {
      evidence.reasons.push_back(integral.error().message());
      continue;
    }
    Powered candidate{curve, *integral};
    const auto u = [](const Powered& p) { return p.integral.energy.estimate().uncertainty; };
    if (!evidence.power || (candidate.good() && !evidence.power->good()) ||
        (candidate.good() == evidence.power->good() && u(candidate) < u(*evidence.power)))
      evidence.power = std::move(candidate);
  }
}

const PowerCurve* finest(const std::vector<PowerCurve>& curves) {
  const PowerCurve* best = nullptr;
  for (const PowerCurve& c : curves) {
    const auto sees = [](const PowerCurve& k) { return std::max(k.spacing, k.window); };
    if (!c.points.empty() && (best == nullptr || sees(c) < sees(*best))) best = &c;
  }
  return best != nullptr && best->window <= best->spacing ? best : nullptr;
}

void read_counter(const DeviceTrace& trace, std::size_t c, const Cover& cover, std::optional<Duration> wanted,
                  const PowerCurve* shape, Evidence& evidence) {
  const sensors::Channel& channel = trace.device.channels[c];
  evidence.path = counter_path(trace.channels[c].around(cover.begin(), cover.end(), beyond), channel);
  auto energy =
      counter_energy(evidence.path, cover, shape, read_period(channel, wanted), zero_is_possible(channel.part));
  if (energy) {
    energy->gain = channel.relative_uncertainty;
    evidence.counter = *energy;
  } else {
    evidence.reasons.push_back(energy.error().message());
  }
}

// A counter that stood still says nothing.
void judge_counter(Evidence& evidence, const PartChannels& channels, const Cover& cover, Verdict& verdict) {
  for (Doubt& d : breaks(evidence.path, cover)) verdict.push_back(std::move(d));
  std::optional<Power> power;
  if (evidence.power) power = evidence.power->integral.energy.value / cover.elapsed();
  auto stuck = counter_stuck(evidence.path, cover, power, zero_is_possible(channels.part));
  if (!stuck) return;
  evidence.counter.reset();
  evidence.reasons.push_back(stuck->words);
  verdict.push_back(std::move(*stuck));
}

void add(Verdict& verdict, std::optional<Doubt> doubt) {
  if (doubt) verdict.push_back(std::move(*doubt));
}

void choose(const Evidence& evidence, const Cover& cover, PartEnergy& part) {
  if (evidence.counter) part.counter = evidence.counter->estimate();
  if (evidence.power) part.integrated = evidence.power->integral.energy.estimate();
  if (!evidence.counter && !evidence.power) return;
  const bool by_counter =
      evidence.counter && (!evidence.power || !evidence.power->good() || repeats_that_suffice(*evidence.counter) == 1 ||
                           part.counter->uncertainty <= part.integrated->uncertainty);
  part.energy = by_counter ? part.counter : part.integrated;
  part.instrument = by_counter ? Instrument::counter : Instrument::integrated_power;
  if (by_counter) {
    add(part.verdict, too_short(*evidence.counter, cover.elapsed(), evidence.path.update, true));
  } else {
    const PowerCurve& curve = evidence.power->curve;
    add(part.verdict,
        too_short(evidence.power->integral.energy, cover.elapsed(), std::max(curve.spacing, curve.window), false));
    add(part.verdict, undersampled(evidence.power->integral, curve.window, curve.spacing));
    add(part.verdict, power_gap(evidence.power->integral, cover.elapsed()));
  }
  if (evidence.counter && evidence.power && evidence.power->good())
    add(part.verdict, disagreement(*part.counter, *part.integrated));
}

// When and why there is nothing: the device went, or nobody read it.
void explain(const Evidence& evidence, const PartChannels& channels, const Cover& cover, PartEnergy& part) {
  for (const std::string& reason : evidence.reasons) part.missing += (part.missing.empty() ? "" : "; ") + reason;
  if (part.missing.empty()) part.missing = channels.missing.empty() ? "no reading" : channels.missing;
  std::optional<os::Instant> last = evidence.gone;
  if (evidence.path.lost_at && !evidence.path.segments.empty()) last = evidence.path.segments.back().last;
  if (last && *last < cover.end()) {
    std::optional<Energy> until;
    if (const auto& knots = evidence.path.knots; !knots.empty() && *last > cover.begin()) {
      const auto first =
          std::find_if(knots.begin(), knots.end(), [&](const Knot& k) { return k.latest >= cover.begin(); });
      if (first != knots.end()) until = knots.back().value - first->value;
    }
    part.verdict.push_back(lost(cover.end() - *last, until));
  } else if (part.verdict.empty()) {
    part.verdict.push_back(silent(part.missing));
  }
}

}  // namespace

bool zero_is_possible(Part part) {
  return part == Part::gpu_memory || part == Part::cpu_core || part == Part::cpu_uncore || part == Part::dram ||
         part == Part::rail;
}

std::vector<PartChannels> parts_of(const sensors::DeviceInfo& device) {
  std::vector<PartChannels> parts;
  for (std::size_t c = 0; c < device.channels.size(); ++c) {
    const sensors::Channel& channel = device.channels[c];
    if (channel.measurand != Measurand::energy && channel.measurand != Measurand::power) continue;
    const std::string label = channel.part == Part::rail ? channel.name : std::string();
    auto found = std::find_if(parts.begin(), parts.end(),
                              [&](const PartChannels& p) { return p.part == channel.part && p.label == label; });
    if (found == parts.end()) {
      parts.emplace_back();
      found = parts.end() - 1;
      found->part = channel.part;
      found->label = label;
    }
    if (channel.missing) {
      found->missing += (found->missing.empty() ? "" : "; ") + channel.name + ": " + *channel.missing;
    } else if (channel.measurand == Measurand::power) {
      found->powers.push_back(c);
    } else if (!found->counter) {
      found->counter = c;
    }
  }
  return parts;
}

PartEnergy part_energy(const DeviceTrace& trace, const PartChannels& channels, const Cover& cover,
                       std::optional<Duration> wanted) {
  PartEnergy part;
  part.device = trace.device.id;
  part.part = channels.part;
  part.channel = channels.label;
  Evidence evidence;
  const std::vector<PowerCurve> curves = curves_of(trace, channels, cover, wanted);
  integrate_best(curves, cover, evidence);
  if (channels.counter) {
    read_counter(trace, *channels.counter, cover, wanted, finest(curves), evidence);
    judge_counter(evidence, channels, cover, part.verdict);
  }
  choose(evidence, cover, part);
  if (!part.energy) explain(evidence, channels, cover, part);
  add(part.verdict, zero_power(evidence.zeros, evidence.readings));
  if (part.energy && cover.elapsed() > Duration{}) part.mean_power = part.energy->value / cover.elapsed();
  if (evidence.power) part.highest_power = evidence.power->integral.highest;
  add_conditions(trace, cover, part);
  add(part.verdict, throttled(part));
  if (trace.device.assumed) {
    part.instrument = Instrument::model;
    part.verdict.push_back(assumed(trace.device.name));
  }
  if (trace.device.partition) part.verdict.push_back(partition(trace.device.name));
  return part;
}

}  // namespace diffjoule::measure
