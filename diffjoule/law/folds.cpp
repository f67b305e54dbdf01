// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/folds.h"

#include <cmath>

namespace diffjoule::law {

Residual residual_of(const Form& form, const Law& law, const Observation& o) {
  const auto central = form.predict(law, o);
  if (!central) return {};
  Residual r;
  if (o.measured.energy_per_item) r.energy = std::log(*o.measured.energy_per_item / central->energy_per_item);
  if (o.measured.latency_per_batch && central->latency_per_batch)
    r.time = std::log(*o.measured.latency_per_batch / *central->latency_per_batch);
  return r;
}

Residuals leave_out(const Form& form, std::span<const Observation> rows, const Labels& by, const Law& near) {
  Residuals residuals{std::vector<std::optional<double>>(rows.size()), std::vector<std::optional<double>>(rows.size())};
  for (std::size_t fold = 0; fold < by.names.size(); ++fold) {
    std::vector<Observation> rest;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (by.of_row[i] != fold) rest.push_back(rows[i]);
    }
    if (rest.empty()) continue;
    const auto law = form.refit == nullptr ? form.fit(rest) : form.refit(rest, near);
    if (!law) continue;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (by.of_row[i] != fold) continue;
      const Residual r = residual_of(form, *law, rows[i]);
      residuals.energy[i] = r.energy;
      residuals.time[i] = r.time;
    }
  }
  return residuals;
}

}  // namespace diffjoule::law
