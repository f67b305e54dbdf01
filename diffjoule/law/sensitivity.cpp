// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/sensitivity.h"

#include <cmath>

namespace diffjoule::law {

Result<std::vector<double>> time_sensitivity(const Form& form, const Law& law, const Observation& observation) {
  if (form.prior_deviations.size() != law.coefficients.size())
    return fail(ErrorCode::unavailable,
                "a law of form " + form.name + " has no priors to design runs by; a law of form device has");
  constexpr double step = 1e-3;
  Law moved = law;
  std::vector<double> sensitivity;
  for (std::size_t k = 0; k < law.coefficients.size(); ++k) {
    double difference = 0.0;
    for (const double sign : {1.0, -1.0}) {
      moved.coefficients[k].value = law.value(k) * std::exp(sign * step);
      const auto central = form.predict(moved, observation);
      if (!central) return tl::unexpected<Error>(central.error());
      if (!central->latency_per_batch)
        return fail(ErrorCode::unavailable, "a law of form " + form.name + " gives no time");
      difference += sign * std::log(central->latency_per_batch->in(second));
    }
    moved.coefficients[k].value = law.value(k);
    sensitivity.push_back(difference / (2.0 * step));
  }
  return sensitivity;
}

}  // namespace diffjoule::law
