// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/roofline.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace diffjoule::law {
namespace {

constexpr std::size_t denoise = 1;  // of Observation::work

// (a^6 + b^6)^(1/6) without overflow.
double smooth_maximum(double a, double b) {
  const double larger = std::max(a, b), ratio = std::min(a, b) / larger, cube = ratio * ratio * ratio;
  return larger * std::cbrt(std::sqrt(1.0 + cube * cube));
}

// How much longer a stage takes where its power would be `ratio` of what the cap leaves: at least ratio^(1 / (1 +
// gamma)), so that the cap holds, and at least one. The exponents are 2/3, 8 = k 2/3 and 1/k = 1/12.
double slowdown(double ratio) {
  const double below = std::min(ratio, 1.0 / ratio), square = below * below, fourth = square * square;
  const double rounded = std::sqrt(std::sqrt(std::cbrt(1.0 + fourth * fourth)));
  return ratio > 1.0 ? std::cbrt(ratio * ratio) * rounded : rounded;
}

struct Plain {
  double compute, memory;
};

RooflineCase::Stage stage_case(const StageWork& work, const DataSheet& device, double n) {
  RooflineCase::Stage stage;
  std::vector<Plain> plain;
  plain.reserve(work.operators.size());
  for (const OpWork& op : work.operators) {
    const Bytes bytes = op.weight_bytes + op.activation_bytes / n;
    const double memory = op.calls * (bytes / device.bandwidth).in(second);
    const double compute = op.flops > Flops{} ? op.calls / n * (op.flops / op.peak).in(second) : 0.0;
    const double score = op.scores > 0.0 ? op.calls / n * (op.scores * flop / device.peak16).in(second) : 0.0;
    stage.compute += compute;
    stage.score += score;
    stage.memory += memory;
    stage.layout += op.convolution ? 2.0 * memory : 0.0;
    stage.launches += op.calls;
    if (score > 0.0) {
      stage.scored.push_back({compute, score, memory});
    } else {
      plain.push_back({compute, memory});
    }
  }
  std::sort(plain.begin(), plain.end(),
            [](const Plain& a, const Plain& b) { return a.compute * b.memory > b.compute * a.memory; });
  stage.compute_before.assign(plain.size() + 1, 0.0);
  stage.memory_after.assign(plain.size() + 1, 0.0);
  for (std::size_t i = 0; i < plain.size(); ++i) {
    stage.intensity.push_back(plain[i].memory > 0.0 ? plain[i].compute / plain[i].memory
                                                    : std::numeric_limits<double>::max());
    stage.compute_before[i + 1] = stage.compute_before[i] + plain[i].compute;
  }
  for (std::size_t i = plain.size(); i-- > 0;) stage.memory_after[i] = stage.memory_after[i + 1] + plain[i].memory;
  return stage;
}

// sum c t: each operator by the slower of compute and memory, and layouts on top.
double working_time(const Roofline& p, const RooflineCase::Stage& stage, double compute_rate, double memory_rate) {
  const double balance = compute_rate / memory_rate;
  const auto cut = static_cast<std::size_t>(
      std::lower_bound(stage.intensity.begin(), stage.intensity.end(), balance, std::greater<>()) -
      stage.intensity.begin());
  double time = stage.compute_before[cut] / compute_rate + stage.memory_after[cut] / memory_rate;
  for (const RooflineCase::Stage::Scored& op : stage.scored)
    time += std::max((op.compute + p.sigma * op.score) / compute_rate, op.memory / memory_rate);
  return time + p.x * stage.layout / memory_rate + p.tau * stage.launches;
}

}  // namespace

RooflineCase roofline_case(const Observation& o) {
  RooflineCase c;
  c.power_limit = o.device.power_limit.in(watt);
  const double peak = o.device.peak16.in(flop / second), bandwidth = o.device.bandwidth.in(byte / second);
  constexpr double balance = 200.0, usual_bandwidth = 2e12, usual_energy = 1e-12;
  c.compute = std::pow(peak / bandwidth / balance, -population.kappa);
  c.memory = std::pow(bandwidth / usual_bandwidth, -population.mu);
  c.energy = std::pow(c.power_limit / peak / usual_energy, -population.rho);
  for (std::size_t s = 0; s < stages; ++s) c.stage[s] = stage_case(o.work[s], o.device, s == denoise ? o.devices : 1.0);
  if (o.devices > 1.0) {
    Bytes bytes;
    for (const OpWork& op : o.work[denoise].operators) {
      if (!op.exchanged) continue;
      bytes += op.calls * op.activation_bytes;
      c.exchanges += (o.devices - 1.0) * op.calls;  // a message to each of the others
    }
    c.exchanged = (o.devices - 1.0) / (o.devices * o.devices) * (bytes / o.device.bandwidth).in(second);
  }
  return c;
}

RooflineResult evaluate(const Roofline& p, const RooflineCase& c) {
  RooflineResult result;
  // No card is faster than its data sheet.
  const double compute_rate = std::min(1.0, p.eta * p.g_eta * c.compute),
               memory_rate = std::min(1.0, p.eta_m * p.g_m * c.memory);
  const double limit = c.power_limit;
  for (std::size_t s = 0; s < stages; ++s) {
    const RooflineCase::Stage& work = c.stage[s];
    if (work.launches == 0.0) continue;
    const double working = working_time(p, work, compute_rate, memory_rate), launching = work.launches * p.t_launch;
    const double energy =
        p.e * p.g_e * c.energy * (work.compute + p.sigma * work.score) + p.e_m * (work.memory + p.x * work.layout);
    const double unthrottled = smooth_maximum(working, launching);
    const double dynamic = limit * energy;
    const double slower = slowdown(dynamic / ((power_cap - p.p_s) * limit * unthrottled));
    double elapsed = slower * unthrottled;
    const double busy = std::min(slower * working, elapsed);
    const double standing = p.p_s * limit * (busy + p.w * (elapsed - busy));
    double used = dynamic / std::sqrt(slower) + standing;
    double exchanging = 0.0;
    if (s == denoise && c.exchanges > 0.0) {
      exchanging = p.l * c.exchanged + c.exchanges * p.t_x;
      elapsed += exchanging;
      used += (p.p_s + p.p_x) * limit * exchanging;
    }
    result.stage[s] = {elapsed * second,
                       used * joule,
                       working * second,
                       launching * second,
                       exchanging * second,
                       (standing + p.p_s * limit * exchanging) * joule,
                       slower};
  }
  return result;
}

Duration RooflineResult::elapsed() const {
  Duration sum;
  for (const StageResult& s : stage) sum += s.elapsed;
  return sum;
}

Energy RooflineResult::used() const {
  Energy sum;
  for (const StageResult& s : stage) sum += s.used;
  return sum;
}

}  // namespace diffjoule::law
