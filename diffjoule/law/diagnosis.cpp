// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/diagnosis.h"

#include <algorithm>

#include "diffjoule/law/biases.h"
#include "diffjoule/law/scatter.h"
#include "diffjoule/law/trends.h"

namespace diffjoule::law {

namespace {

std::vector<std::optional<double>> on_one_gpu(std::span<const Observation> rows,
                                              std::vector<std::optional<double>> residuals) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].devices > 1.0) residuals[i].reset();
  }
  return residuals;
}

}  // namespace

Looked diagnose(std::span<const Observation> rows, const Residuals& residuals, const Law& roofline) {
  Looked all;
  const auto energy = on_one_gpu(rows, residuals.energy), time = on_one_gpu(rows, residuals.time);
  const auto look = [&](const Subject& one, const Subject& every) {
    if (std::none_of(every.residuals.begin(), every.residuals.end(), [](const auto& r) { return r.has_value(); })) {
      all.notes.push_back(one.of + ": no residual; either none was measured or the form predicts none");
      return;
    }
    all.add(carriers(one, roofline));
    all.add(batch_trends(one, roofline));
    for (const Look by : {Look::family, Look::card, Look::source, Look::resolution}) all.add(biases(one, by));
    all.add(biases(every, Look::devices));
    all.add(quality_by_gpu(one));
    all.add(repeat_noise(one));
  };
  look({"energy", rows, energy}, {"energy", rows, residuals.energy});
  look({"time", rows, time}, {"time", rows, residuals.time});
  all.add(clock_trends({"time", rows, time}));
  all.add(power_trend({"energy", rows, energy}, {"time", rows, time}));
  return all;
}

Residuals residuals_of(const Form& form, const Law& law, std::span<const Observation> rows) {
  Residuals all;
  for (const Observation& o : rows) {
    const Residual r = residual_of(form, law, o);
    all.energy.push_back(r.energy);
    all.time.push_back(r.time);
  }
  return all;
}

}  // namespace diffjoule::law
