// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/lint.h"

#include <cmath>
#include <map>

#include "diffjoule/stats/summary.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {
namespace {

constexpr double over_limit = 1.05;  // boards overshoot their limit by some per cent
constexpr double under_idle = 0.8;
constexpr double off_the_others = 3.0;
constexpr std::size_t fewest_others = 8;

std::string times(double ratio) { return to_text(ratio, 3) + " times"; }

// Seconds at the data sheet's best, of all GPUs together.
Duration least_time(const Observation& o) {
  Duration sum;
  for (const StageWork& stage : o.work) {
    for (const ClassWork& work : stage.by_class) {
      if (work.flops > Flops{}) sum += work.flops / work.peak;
    }
  }
  return sum / o.devices;
}

std::string cause_of_too_much_work(const Observation& o, double ratio) {
  constexpr double nearly_two = 0.15;
  if (o.guided && std::abs(ratio - 2.0) < 2.0 * nearly_two)
    return "guidance may have run one evaluation a step where two are counted";
  if (o.batch > 1.0 && std::abs(ratio / o.batch - 1.0) < nearly_two)
    return "the latency may be of one item of the batch";
  return "the label of steps, resolution or frames may be too high, or of the arithmetic too slow";
}

// `size` is the FLOPs of an item against the median of its peers.
std::string cause_of_energy(const Observation& o, double ratio, double size) {
  constexpr double small = 0.1;
  if (ratio > 1.0 && size < small)
    return "a small job beside its neighbours: launches and static power decide, not FLOPs";
  if (ratio > 1.0) {
    if (o.boundary == Boundary::gpu) return "idle GPUs, warm-up or model load may be inside, or steps be too low";
    return "the boundary may hold more than it says";
  }
  return o.guided ? "guidance may have run one evaluation a step, or idle energy be taken off"
                  : "idle energy may be taken off, or the label of steps or resolution be too high";
}

// ln of energy per FLOP on a card, per GPU arithmetic: float32 apart.
std::string peers_of(const Observation& o) { return o.card + (o.float32 ? " float32" : ""); }

}  // namespace

std::vector<Finding> lint(std::span<const Observation> rows) {
  std::map<std::string, std::vector<double>> intensity, sizes;
  const auto energy_per_flop = [](const Observation& o) {
    return std::log(o.measured.energy_per_item->in(joule) / o.flops_per_item().in(flop));
  };
  for (const Observation& o : rows) {
    if (o.measured.energy_per_item && o.devices == 1.0) {
      intensity[peers_of(o)].push_back(energy_per_flop(o));
      sizes[peers_of(o)].push_back(o.flops_per_item().in(flop));
    }
  }
  std::vector<Finding> findings;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Observation& o = rows[i];
    if (o.measured.latency_per_batch) {
      const double ratio = least_time(o) / *o.measured.latency_per_batch;
      if (ratio > 1.0)
        findings.push_back(
            {i, "needs " + times(ratio) + " the FLOP/s of its data sheet", cause_of_too_much_work(o, ratio)});
    }
    if (o.measured.latency_per_batch && o.measured.energy_per_item && o.boundary != Boundary::wall) {
      const double metered = o.boundary == Boundary::node_gpus ? o.metered_devices : o.devices;
      const Power power = o.batch * *o.measured.energy_per_item / *o.measured.latency_per_batch / metered;
      if (power > over_limit * o.device.power_limit)
        findings.push_back({i, "draws " + times(power / o.device.power_limit) + " the power limit of its GPUs",
                            "the energy may be of more GPUs or of the whole machine, or the latency of one item"});
      if (o.boundary != Boundary::gpu_above_idle && power < under_idle * o.device.idle)
        findings.push_back({i, "draws " + times(power / o.device.idle) + " the idle power of its GPUs",
                            "idle energy may be taken off, or the energy be of one GPU of several"});
    }
    if (!o.measured.energy_per_item || o.devices != 1.0) continue;
    const std::vector<double>& peers = intensity[peers_of(o)];
    if (peers.size() < fewest_others) continue;
    const double ratio = std::exp(energy_per_flop(o) - stats::median(peers));
    if (ratio > off_the_others || ratio < 1.0 / off_the_others)
      findings.push_back({i, "costs " + times(ratio) + " the energy per FLOP of the other rows of " + peers_of(o),
                          cause_of_energy(o, ratio, o.flops_per_item().in(flop) / stats::median(sizes[peers_of(o)]))});
  }
  return findings;
}

}  // namespace diffjoule::law
