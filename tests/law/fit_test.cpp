// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/fit.h"

#include <gtest/gtest.h>

#include <limits>

#include "diffjoule/law/interval.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

const Form& form(const std::string& name) { return *form_named(name).value(); }

TEST(Fit, RecoversTheEnergyOfAWorldThatFollowsTheOpClassForm) {
  const auto rows = synthetic::runs(8, {}, 1);
  const Law law = fit(form("op_class"), rows).value();
  for (const Observation& o : rows) {
    const Central c = form("op_class").predict(law, o).value();
    EXPECT_NEAR(std::log(c.energy_per_item / *o.measured.energy_per_item), 0.0, 0.03) << o.model << o.gpu;
    EXPECT_NEAR(std::log(*c.latency_per_batch / *o.measured.latency_per_batch), 0.0, 0.03) << o.model << o.gpu;
  }
}

TEST(Fit, PredictsModelsItHasNotSeenFarBetterThanTheLogLinearLawInThatWorld) {
  const auto rows = synthetic::runs(8, {}, 2);
  EXPECT_LT(fit(form("op_class"), rows)->energy_spread->deviation,
            0.5 * fit(form("paper"), rows)->energy_spread->deviation);
}

TEST(Fit, NeverReadsWhatWasMeasuredOfTheRowItPredicts) {
  auto rows = synthetic::runs(5, {.noise = 0.1}, 3);
  for (const Form& f : all_forms()) {
    const Law law = fit(f, rows).value();
    Observation row = rows.front();
    const Prediction before = predict(f, law, row).value();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    row.measured = {nan * joule, nan * second};
    const Prediction after = predict(f, law, row).value();
    EXPECT_EQ(before.energy.in(joule), after.energy.in(joule)) << f.name;
    EXPECT_EQ(before.energy_high.in(joule), after.energy_high.in(joule)) << f.name;
    EXPECT_EQ(before.duration.has_value(), after.duration.has_value()) << f.name;
    if (before.duration) {
      EXPECT_EQ(before.duration->in(second), after.duration->in(second)) << f.name;
    }
  }
}

TEST(Fit, RefusesAnFp32CoefficientWhenNoRowIsFp32) {
  const auto rows = synthetic::runs(4, {.noise = 0.05}, 4);
  const Law law = fit(form("paper"), rows).value();
  ASSERT_FALSE(law.refused.empty());
  std::string names;
  for (const Refused& r : law.refused) names += r.name + ": " + r.reason + "\n";
  EXPECT_NE(names.find("beta_dtype[float32]"), std::string::npos) << names;
  EXPECT_NE(names.find("beta_res"), std::string::npos) << names;  // one resolution only
}

TEST(Fit, FindsAlphaNearOneInAWorldWhereEnergyIsProportionalToFlops) {
  auto rows = synthetic::runs(10, {}, 5);
  for (Observation& o : rows) o.measured.energy_per_item = 2e-12 * (joule / flop) * o.flops_per_item();
  const Law law = fit(form("paper"), rows).value();
  ASSERT_EQ(law.coefficients[1].name, "alpha");
  EXPECT_NEAR(law.coefficients[1].value, 1.0, 1e-9);
  EXPECT_NEAR(*law.quality.r2, 1.0, 1e-9);
}

TEST(Fit, SaysWhyThereIsNothingToFit) {
  std::vector<Observation> rows = synthetic::runs(3, {}, 6);
  for (Observation& o : rows) o.measured = {};
  const auto law = fit(form("op_class"), rows);
  ASSERT_FALSE(law.has_value());
  EXPECT_NE(law.error().message().find("no row has"), std::string::npos) << law.error().message();
}

TEST(Fit, EnergyAboveIdleComesBackThroughTheBoundary) {
  auto rows = synthetic::runs(8, {}, 7);
  std::mt19937_64 random(7);
  for (Observation& o : rows) {
    if (o.batch != 4.0) continue;
    o.boundary = Boundary::gpu_above_idle;
    synthetic::measure(o, {}, 0.0);
  }
  const Law law = fit(form("op_class"), rows).value();
  for (const Observation& o : rows) {
    EXPECT_NEAR(std::log(form("op_class").predict(law, o)->energy_per_item / *o.measured.energy_per_item), 0.0, 0.04);
  }
}

TEST(Fit, EnergyNeverFallsWhenWorkIsAdded) {
  const auto rows = synthetic::runs(6, {.noise = 0.1}, 8);
  for (const char* name : {"op_class", "constant", "ecologits", "tdp_time"}) {
    const Law law = fit(form(name), rows).value();
    Observation o = rows.front();
    const Energy before = form(name).predict(law, o)->energy_per_item;
    for (StageWork& stage : o.work) {
      for (ClassWork& c : stage.by_class) {
        c.flops += 1e13 * flop;
        c.bytes += 1e10 * byte;
        c.scores += 1e9;
        c.calls += 10.0;
      }
    }
    EXPECT_GE(form(name).predict(law, o)->energy_per_item, before) << name;
  }
}

}  // namespace
}  // namespace diffjoule::law
