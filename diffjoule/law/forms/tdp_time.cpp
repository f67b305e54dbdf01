// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Baseline: every GPU draws its power limit for the predicted time. Time is fitted as in op_class.
#include "diffjoule/law/additive_law.h"
#include "diffjoule/law/form.h"
#include "diffjoule/law/terms.h"

namespace diffjoule::law {
namespace {

Result<Law> fit(std::span<const Observation> observations) {
  Law law;
  if (auto status = fit_time(observations, law); !status) return forward(status);
  return law;
}

Result<Central> predict(const Law& law, const Observation& o) {
  const Duration elapsed = predicted_time(law, 0, o);
  const auto difference = boundary_difference(o, elapsed);
  if (!difference) return tl::unexpected<Error>(difference.error());
  return Central{(o.devices * (o.device.power_limit * elapsed) + *difference) / o.batch, elapsed};
}

}  // namespace

Form tdp_time() { return {"tdp_time", "power limit x predicted time", true, fit, predict, time_terms}; }

}  // namespace diffjoule::law
