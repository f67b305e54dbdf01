// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Baseline: the constant that EcoLogits publishes for image and video generation, E = eta x 1.1 x FLOPs with eta
// between 6.1 and 20 pJ/FLOP; the geometric mean of the two ends. Nothing is fitted.
#include <cmath>

#include "diffjoule/law/form.h"

namespace diffjoule::law {
namespace {

constexpr double lowest = 6.1, highest = 20.0, overhead = 1.1;

Result<Law> fit(std::span<const Observation>) {
  Law law;
  law.coefficients.push_back({"energy per FLOP", "pJ/FLOP", overhead * std::sqrt(lowest * highest), {}, {}, {}, {}});
  return law;
}

Result<Central> predict(const Law& law, const Observation& o) {
  return Central{law.value(0) * picojoule_per_flop * o.flops_per_item(), std::nullopt};
}

}  // namespace

Form ecologits() { return {"ecologits", "EcoLogits' published constant, 1.1 x 11.0 pJ/FLOP", true, fit, predict, 1}; }

}  // namespace diffjoule::law
