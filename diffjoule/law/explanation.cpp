// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/explanation.h"

#include <algorithm>
#include <cmath>
#include <utility>

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

// A law's parameters and what they make of the whole request.
struct Evaluated {
  Roofline p;
  RooflineCase prepared;
  RooflineResult result;
};

Result<Evaluated> evaluated(const Law& law, const Observation& o) {
  auto parameters = roofline_of(law, o);
  if (!parameters) return forward(parameters);
  RooflineCase prepared = roofline_case(o);
  RooflineResult result = evaluate(*parameters, prepared);
  return Evaluated{*parameters, std::move(prepared), result};
}

// What a part's operators would take without the others.
StageResult alone(const Part& part, const Observation& o, const Roofline& p) {
  Observation without;
  without.device = o.device;
  without.devices = o.devices;
  without.work[part.stage].operators = part.operators;
  return evaluate(p, roofline_case(without)).stage[part.stage];
}

// Exchanges are the part's own; of the rest of the stage it has a share.
StageResult in_stage(StageResult own, double share, const StageResult& stage, Power exchange_standing) {
  own.elapsed = share * (stage.elapsed - stage.exchanging) + own.exchanging;
  own.standing = share * (stage.standing - exchange_standing * stage.exchanging) + exchange_standing * own.exchanging;
  own.slowdown = stage.slowdown;
  return own;
}

StageExplanation explanation_of(const Part& part, const StageResult& result, const Observation& o,
                                const Evaluated& whole) {
  const Roofline& p = whole.p;
  const double compute_rate = std::min(1.0, p.eta * p.g_eta * whole.prepared.compute),
               memory_rate = std::min(1.0, p.eta_m * p.g_m * whole.prepared.memory);
  const Power limit = o.device.power_limit;
  StageExplanation e;
  e.result = result;
  const double n = part.stage == denoise ? o.devices : 1.0;
  const double clocks = 1.0 / std::sqrt(e.result.slowdown);  // what falling clocks leave of the dynamic energy
  for (const OpWork& op : part.operators) {
    const Duration busy = op.calls / n * (op.flops / op.peak + p.sigma * (op.scores * flop / o.device.peak16));
    const Duration memory = op.calls * ((op.weight_bytes + op.activation_bytes / n) / o.device.bandwidth);
    const Duration layouts = op.convolution ? 2.0 * p.x * memory : Duration{};
    ClassExplanation& c = e.by_class[class_of(op)];
    const bool by_compute = busy / compute_rate > memory / memory_rate;
    (by_compute ? c.compute_bound : c.memory_bound) += by_compute ? busy / compute_rate : memory / memory_rate;
    c.layouts += layouts / memory_rate;
    c.starting += op.calls * (p.tau * second);
    c.computing += o.devices * clocks * p.e * p.g_e * whole.prepared.energy * (busy * limit);
    c.moving += o.devices * clocks * p.e_m * ((memory + layouts) * limit);
  }
  e.standing = o.devices * e.result.standing;
  e.exchanging = o.devices * p.p_x * (e.result.exchanging * limit);
  e.result.used = e.total() / o.devices;
  e.bound = bound_of(e);
  return e;
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

Result<std::vector<StageExplanation>> explain(const Law& law, const Observation& o, const std::vector<Part>& parts) {
  auto whole = evaluated(law, o);
  if (!whole) return forward(whole);
  std::vector<StageResult> own;
  std::array<Duration, stages> taken;
  for (const Part& part : parts) {
    own.push_back(alone(part, o, whole->p));
    taken[part.stage] += own.back().working + own.back().launching;
  }
  std::vector<StageExplanation> all;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t s = parts[i].stage;
    const double share = taken[s] > Duration{} ? (own[i].working + own[i].launching) / taken[s] : 0.0;
    const StageResult result = in_stage(own[i], share, whole->result.stage[s], whole->p.p_s * o.device.power_limit);
    all.push_back(explanation_of(parts[i], result, o, *whole));
  }
  return all;
}

Result<Explanation> explain(const Law& law, const Observation& o) {
  std::vector<Part> whole;
  for (std::size_t s = 0; s < stages; ++s) whole.push_back({s, o.work[s].operators});
  auto explained = explain(law, o, whole);
  if (!explained) return forward(explained);
  Explanation all;
  std::move(explained->begin(), explained->end(), all.stage.begin());
  return all;
}

}  // namespace diffjoule::law
