// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/explanation.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/law/roofline_law.h"

namespace diffjoule::law {
namespace {

constexpr std::size_t denoise = 1;  // of Observation::work

// Which class of a law's an operator is in, from what it does.
std::size_t class_of(const OpWork& op) {
  if (op.convolution) return static_cast<std::size_t>(WorkClass::convolution);
  if (op.flops == Flops{}) return static_cast<std::size_t>(WorkClass::other);
  return static_cast<std::size_t>(op.scores > 0.0 ? WorkClass::attention : WorkClass::linear);
}

Bound bound_of(const StageExplanation& e) {
  Duration compute, memory;
  for (const ClassExplanation& c : e.by_class) {
    compute += c.compute_bound;
    memory += c.memory_bound + c.layouts + c.starting;
  }
  const StageResult& r = e.result;
  if (r.exchanging > r.working && r.exchanging > r.launching) return Bound::exchange;
  if (r.launching > r.working) return Bound::launches;
  if (memory > compute) return Bound::memory;
  constexpr double throttled = 1.05;  // clocks that fall by less are nobody's bound
  return r.slowdown > throttled ? Bound::power : Bound::compute;
}

}  // namespace

const char* name(Bound bound) {
  switch (bound) {
    case Bound::compute:
      return "compute";
    case Bound::memory:
      return "memory";
    case Bound::launches:
      return "launches";
    case Bound::power:
      return "power limit";
    case Bound::exchange:
      return "exchange";
  }
  return "";
}

Energy StageExplanation::total() const {
  Energy sum = standing + exchanging;
  for (const ClassExplanation& c : by_class) sum += c.computing + c.moving;
  return sum;
}

Energy Explanation::total() const {
  Energy sum;
  for (const StageExplanation& s : stage) sum += s.total();
  return sum;
}

Result<Explanation> explain(const Law& law, const Observation& o) {
  auto parameters = roofline_of(law, o);
  if (!parameters) return forward(parameters);
  const Roofline& p = *parameters;
  const RooflineCase prepared = roofline_case(o);
  const RooflineResult result = evaluate(p, prepared);
  const double compute_rate = std::min(1.0, p.eta * p.g_eta * prepared.compute),
               memory_rate = std::min(1.0, p.eta_m * p.g_m * prepared.memory);
  const Power limit = o.device.power_limit;
  Explanation all;
  for (std::size_t s = 0; s < stages; ++s) {
    StageExplanation& e = all.stage[s];
    e.result = result.stage[s];
    const double n = s == denoise ? o.devices : 1.0;
    const double clocks = 1.0 / std::sqrt(e.result.slowdown);  // what falling clocks leave of the dynamic energy
    for (const OpWork& op : o.work[s].operators) {
      const Duration busy = op.calls / n * (op.flops / op.peak + p.sigma * (op.scores * flop / o.device.peak16));
      const Duration memory = op.calls * ((op.weight_bytes + op.activation_bytes / n) / o.device.bandwidth);
      const Duration layouts = op.convolution ? 2.0 * p.x * memory : Duration{};
      ClassExplanation& c = e.by_class[class_of(op)];
      const bool by_compute = busy / compute_rate > memory / memory_rate;
      (by_compute ? c.compute_bound : c.memory_bound) += by_compute ? busy / compute_rate : memory / memory_rate;
      c.layouts += layouts / memory_rate;
      c.starting += op.calls * (p.tau * second);
      c.computing += o.devices * clocks * p.e * p.g_e * prepared.energy * (busy * limit);
      c.moving += o.devices * clocks * p.e_m * ((memory + layouts) * limit);
    }
    e.standing = o.devices * e.result.standing;
    e.exchanging = o.devices * p.p_x * (e.result.exchanging * limit);
    e.bound = bound_of(e);
  }
  return all;
}

}  // namespace diffjoule::law
