// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The law of one device, learnt from its own runs (law/device_law.h): nothing in it is of a population of cards, so its
// priors are wide and a processor is as welcome as a GPU. ln t has a deviation of 0.03 and ln E of 0.05 under a
// pseudo-Huber loss; every parameter has a Gaussian prior on its logarithm.
#include <algorithm>
#include <cmath>

#include "diffjoule/law/additive_law.h"
#include "diffjoule/law/device_law.h"
#include "diffjoule/law/form.h"
#include "diffjoule/stats/nonlinear_fit.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {
namespace {

constexpr double time_deviation = 0.03, energy_deviation = 0.05;

Central central_of(const DeviceParameters& p, const DeviceCase& c, const Observation& o) {
  const DeviceResult r = evaluate(p, c);
  return {r.energy / o.batch, r.elapsed};
}

Result<Law> fit_from(std::span<const Observation> rows, const Law* near) {
  std::vector<DeviceCase> cases;
  for (const Observation& o : rows) {
    if (o.devices > 1.0)
      return fail(ErrorCode::unidentifiable, "fitting a device's law: a row is of several devices; leave it out");
    cases.push_back(device_case(o));
  }
  std::vector<stats::Parameter> parameters;
  for (std::size_t k = 0; k < device_parameters.size(); ++k) {
    const DeviceFacts& f = device_parameters[k];
    const double middle = std::log(f.median);
    const double start = near != nullptr ? std::log(near->value(k)) : middle;
    constexpr double reach = 4.0;  // deviations of the prior
    const double low = middle - reach * f.deviation, high = middle + reach * f.deviation;
    parameters.push_back({std::clamp(start, low, high), low, high, 0.3, f.name});
  }
  const std::size_t measured = 2 * rows.size();
  const stats::ResidualFunction residuals = [&](std::span<const double> p, std::span<double> out) {
    const DeviceParameters now = device_parameters_from(p);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Central central = central_of(now, cases[i], rows[i]);
      const Measured& m = rows[i].measured;
      out[2 * i] =
          m.latency_per_batch ? std::log(*m.latency_per_batch / *central.latency_per_batch) / time_deviation : 0.0;
      out[2 * i + 1] =
          m.energy_per_item ? std::log(*m.energy_per_item / central.energy_per_item) / energy_deviation : 0.0;
    }
    for (std::size_t k = 0; k < device_parameters.size(); ++k)
      out[measured + k] = (p[k] - std::log(device_parameters[k].median)) / device_parameters[k].deviation;
  };
  stats::NonlinearOptions options;
  options.tolerance = 1e-7;
  options.robust.assign(measured, true);
  options.robust.resize(measured + parameters.size(), false);
  auto fitted = stats::nonlinear_fit(residuals, measured + parameters.size(), parameters, options);
  if (!fitted) return forward(fitted, "fitting a device's law");
  Law law;
  for (std::size_t k = 0; k < device_parameters.size(); ++k) {
    const DeviceFacts& f = device_parameters[k];
    Coefficient c{f.name, f.unit, std::exp(fitted->parameters[k]), {}, {}, {}, {}};
    if (fitted->covariance) {
      constexpr double two_sided_95 = 1.96, says_little = 0.9;
      const double deviation = std::sqrt(std::max(0.0, (*fitted->covariance)(k, k)));
      c.standard_error = c.value * deviation;
      c.low = c.value * std::exp(-two_sided_95 * deviation);
      c.high = c.value * std::exp(two_sided_95 * deviation);
      if (deviation > says_little * f.deviation)
        law.refused.push_back({f.name, "is its prior: the data leave " + to_text(deviation / f.deviation, 2) +
                                           " of the prior's deviation"});
    }
    law.coefficients.push_back(std::move(c));
  }
  for (const Observation& o : rows) law.cards[o.card] = {};
  return law;
}

Result<Law> fit(std::span<const Observation> rows) { return fit_from(rows, nullptr); }
Result<Law> refit(std::span<const Observation> rows, const Law& near) { return fit_from(rows, &near); }

Result<Central> predict(const Law& law, const Observation& o) {
  if (law.coefficients.size() != device_parameters.size())
    return fail(ErrorCode::invalid_data, "a device's law has " + std::to_string(device_parameters.size()) +
                                             " coefficients; found " + std::to_string(law.coefficients.size()));
  if (o.devices > 1.0)
    return fail(ErrorCode::unavailable, "this law is of one device; several that share a request are not in it");
  std::vector<double> logarithms;
  for (const Coefficient& c : law.coefficients) logarithms.push_back(std::log(c.value));
  Central central = central_of(device_parameters_from(logarithms), device_case(o), o);
  const auto difference = boundary_difference(o, *central.latency_per_batch);
  if (!difference) return tl::unexpected<Error>(difference.error());
  const Energy used = central.energy_per_item * o.batch;
  central.energy_per_item = std::max(used + *difference, 0.01 * used) / o.batch;
  return central;
}

}  // namespace

Form device() {
  Form form{"device", "one device by its own runs: compute by kind of operator, memory, starts, static power",
            false,    fit,
            predict,  device_parameters.size()};
  form.refit = refit;
  form.one_device = true;
  for (const DeviceFacts& f : device_parameters) form.prior_deviations.push_back(f.deviation);
  return form;
}

}  // namespace diffjoule::law
