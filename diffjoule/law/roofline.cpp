// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/roofline.h"

#include <algorithm>
#include <cmath>

namespace diffjoule::law {
namespace {

constexpr std::size_t denoise = 1;  // of Observation::work

double sixth_power(double v) { return v * v * v * v * v * v; }

// (a^6 + b^6)^(1/6) without overflow.
double smooth_maximum(double a, double b) {
  const double larger = std::max(a, b), smaller = std::min(a, b);
  return larger > 0.0 ? larger * std::pow(1.0 + sixth_power(smaller / larger), 1.0 / 6.0) : 0.0;
}

// How much longer a stage takes where its power would be `ratio` of what the cap leaves: at least ratio^(1 / (1 +
// gamma)), so that the cap holds, and at least one.
double slowdown(double ratio) {
  constexpr double sharpness = 12.0;
  if (ratio <= 0.0) return 1.0;
  const double exponent = sharpness / (1.0 + clock_exponent);
  if (ratio > 1.0) {  // the same, without overflow
    return std::pow(ratio, 1.0 / (1.0 + clock_exponent)) * std::pow(1.0 + std::pow(ratio, -exponent), 1.0 / sharpness);
  }
  return std::pow(1.0 + std::pow(ratio, exponent), 1.0 / sharpness);
}

}  // namespace

RooflineCase roofline_case(const Observation& o) {
  RooflineCase c;
  c.power_limit = o.device.power_limit.in(watt);
  c.devices = o.devices;
  for (std::size_t s = 0; s < stages; ++s) {
    const double n = s == denoise ? o.devices : 1.0;
    c.operators[s].reserve(o.work[s].operators.size());
    for (const OpWork& op : o.work[s].operators) {
      const Bytes bytes = op.weight_bytes + op.activation_bytes / n;
      c.operators[s].push_back({op.flops > Flops{} ? (op.flops / n / op.peak).in(second) : 0.0,
                                op.scores > 0.0 ? (op.scores / n * flop / o.device.peak16).in(second) : 0.0,
                                (bytes / o.device.bandwidth).in(second), op.calls, op.convolution});
      c.launches[s] += op.calls;
    }
  }
  if (o.devices > 1.0) {
    const ClassWork& attention = o.work[denoise].by_class[static_cast<std::size_t>(WorkClass::attention)];
    c.exchanged = (o.devices - 1.0) / (o.devices * o.devices) * (attention.bytes / o.device.bandwidth).in(second);
    c.exchanges = attention.calls;
  }
  return c;
}

RooflineResult evaluate(const Roofline& p, const RooflineCase& c) {
  RooflineResult result;
  // No card is faster than its data sheet.
  const double compute_rate = std::min(1.0, p.eta * p.g_eta), memory_rate = std::min(1.0, p.eta_m * p.g_m);
  const double limit = c.power_limit;
  for (std::size_t s = 0; s < stages; ++s) {
    StageResult& r = result.stage[s];
    double energy = 0.0;  // of P x seconds
    for (const RooflineCase::Operator& op : c.operators[s]) {
      const double busy = op.compute + p.sigma * op.score;
      const double layout = op.convolution ? 2.0 * p.x * op.memory : 0.0;
      r.working += op.calls * (std::max(busy / compute_rate, op.memory / memory_rate) + layout / memory_rate);
      energy += op.calls * (p.e * p.g_e * busy + p.e_m * (op.memory + layout));
    }
    r.launching = c.launches[s] * p.t_launch;
    const double unthrottled = smooth_maximum(r.working, r.launching);
    if (unthrottled <= 0.0) continue;
    const double dynamic = limit * energy;
    r.slowdown = slowdown(dynamic / ((power_cap - p.p_s) * limit * unthrottled));
    r.seconds = r.slowdown * unthrottled;
    r.joules = dynamic * std::pow(r.slowdown, -clock_exponent) + p.p_s * limit * r.seconds;
    if (s == denoise && c.exchanges > 0.0) {
      r.exchanging = p.l * c.exchanged + c.exchanges * p.t_x;
      r.seconds += r.exchanging;
      r.joules += (p.p_s + p.p_x) * limit * r.exchanging;
    }
  }
  return result;
}

double RooflineResult::seconds() const {
  double sum = 0.0;
  for (const StageResult& s : stage) sum += s.seconds;
  return sum;
}

double RooflineResult::joules() const {
  double sum = 0.0;
  for (const StageResult& s : stage) sum += s.joules;
  return sum;
}

}  // namespace diffjoule::law
