// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Baseline: one energy per FLOP for everything, the geometric mean over groups.
#include <cmath>

#include "diffjoule/law/form.h"
#include "diffjoule/law/groups.h"

namespace diffjoule::law {
namespace {

Result<Law> fit(std::span<const Observation> observations) {
  const std::vector<double> weights = group_weights(observations);
  double sum = 0.0, total = 0.0;
  for (std::size_t i = 0; i < observations.size(); ++i) {
    const Observation& o = observations[i];
    if (!o.measured.energy_per_item) continue;
    sum += weights[i] * std::log((*o.measured.energy_per_item / o.flops_per_item()).in(picojoule_per_flop));
    total += weights[i];
  }
  if (total == 0.0) return fail(ErrorCode::unidentifiable, "fitting a constant energy per FLOP: no row has an energy");
  Law law;
  law.coefficients.push_back({"energy per FLOP", "pJ/FLOP", std::exp(sum / total), {}, {}, {}, {}});
  return law;
}

Result<Central> predict(const Law& law, const Observation& o) {
  return Central{law.value(0) * picojoule_per_flop * o.flops_per_item(), std::nullopt};
}

}  // namespace

Form constant() { return {"constant", "one energy per FLOP", true, fit, predict, 1}; }

}  // namespace diffjoule::law
