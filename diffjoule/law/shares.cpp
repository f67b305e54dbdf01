// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/shares.h"

#include <cmath>

#include "diffjoule/law/additive_law.h"

namespace diffjoule::law {
namespace {

// Of T0 = (W^6 + L^6)^(1/6) the elasticity by L.
double launch_share(Duration working, Duration launching) {
  constexpr double sixth = 6.0;
  const double w = std::pow(working / (working + launching), sixth),
               l = std::pow(launching / (working + launching), sixth);
  return l / (w + l);
}

}  // namespace

Result<RunShares> shares_of(const Law& roofline, const Observation& o) {
  auto explained = explain(roofline, o);
  if (!explained) return forward(explained);
  constexpr std::size_t denoise = 1;
  RunShares shares;
  shares.bound = explained->stage[denoise].bound;
  Duration elapsed;
  for (const StageExplanation& stage : explained->stage) elapsed += stage.result.elapsed;
  auto idle = boundary_difference(o, elapsed);
  if (!idle) return forward(idle);
  const Energy total = explained->total() + *idle;
  shares.energy[work_classes] = *idle / total;
  for (const StageExplanation& stage : explained->stage) {
    if (!(stage.result.elapsed > Duration{})) continue;
    const double part = stage.result.elapsed / elapsed,
                 launches = launch_share(stage.result.working, stage.result.launching);
    for (std::size_t k = 0; k < work_classes; ++k) {
      const ClassExplanation& c = stage.by_class[k];
      const Duration busy = c.compute_bound + c.memory_bound + c.layouts + c.starting;
      shares.time[k] += part * (1.0 - launches) * (busy / stage.result.working);
      shares.energy[k] += (c.computing + c.moving) / total;
    }
    shares.time[work_classes] += part * launches;
    shares.energy[work_classes] += (stage.standing + stage.exchanging) / total;
  }
  return shares;
}

}  // namespace diffjoule::law
