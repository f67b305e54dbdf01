// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/diagnosis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "diffjoule/law/form.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

TEST(Diagnosis, ALawOnItsOwnCleanDataHasEveryLookAndSaysWhatItCannot) {
  const Form& form = *form_named("roofline").value();
  const auto rows = synthetic::runs(12, {.noise = 0.02}, 151);
  Law law = form.fit(rows).value();
  law.form = form.name;
  const Looked found = diagnose(rows, residuals_of(form, law, rows), law);
  const auto has = [&](Look look) {
    return std::any_of(found.symptoms.begin(), found.symptoms.end(),
                       [look](const Symptom& s) { return s.look == look; });
  };
  for (const Look look : {Look::operation, Look::batch, Look::quality, Look::power})
    EXPECT_TRUE(has(look)) << name(look);
  for (const Look look : {Look::source, Look::clock, Look::noise}) EXPECT_FALSE(has(look)) << name(look);
  EXPECT_TRUE(std::any_of(found.notes.begin(), found.notes.end(),
                          [](const std::string& note) { return note.starts_with("clock and throttling"); }));
}

TEST(Diagnosis, RunsOnSeveralGpusAreALookOfTheirOwn) {
  const Form& form = *form_named("roofline").value();
  auto rows = synthetic::runs(12, {.noise = 0.02}, 152);
  Law law = form.fit(rows).value();
  law.form = form.name;
  Residuals residuals = residuals_of(form, law, rows);
  for (std::size_t i = 0; i < rows.size(); i += 6) {
    rows[i].devices = 4.0;
    residuals.energy[i] = 1.0;
  }
  for (const Symptom& s : diagnose(rows, residuals, law).symptoms) {
    if (s.look == Look::devices && s.of == "energy") {
      EXPECT_EQ(s.flagged, s.where == "4 GPUs") << s.where << s.seen;
    }
    if (s.look == Look::card && s.of == "energy") {
      EXPECT_LT(std::abs(s.estimate->value), 0.2) << s.where << s.seen;
    }
  }
}

TEST(Diagnosis, RowsThatCannotBePredictedHaveNoResidual) {
  const Form& form = *form_named("paper").value();
  auto rows = synthetic::runs(4, {}, 153);
  const Law law = form.fit(rows).value();
  rows.front().boundary = Boundary::wall;
  const Residuals residuals = residuals_of(form, law, rows);
  EXPECT_FALSE(residuals.energy.front().has_value());
  EXPECT_TRUE(residuals.energy.back().has_value());
  EXPECT_FALSE(residuals.time.back().has_value());  // the form has no time
  const Form& explaining = *form_named("roofline").value();
  rows.front().boundary = Boundary::gpu;
  Law roofline = explaining.fit(rows).value();
  roofline.form = explaining.name;
  std::size_t of_time = 0;
  for (const std::string& note : diagnose(rows, residuals, roofline).notes)
    of_time += note.starts_with("time: no residual");
  EXPECT_EQ(of_time, 1U);
}

}  // namespace
}  // namespace diffjoule::law
