// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/scaling.h"

#include <gtest/gtest.h>

#include <cmath>

namespace diffjoule::sweep {
namespace {

os::Instant at(double seconds) { return os::Instant{} + seconds * second; }

measure::PartEnergy part(double joules, double uncertainty) {
  measure::PartEnergy p;
  p.energy = Estimate<Energy>{joules * joule, uncertainty * joule};
  return p;
}

// A request of 10 s: 1 s text, 8 s denoising at 100 W, 1 s between.
struct Case {
  engines::Ran ran;
  measure::Measurement m;
};

Case run(std::int64_t evaluations, std::int64_t executed, bool with_energy = true) {
  Case r;
  r.ran.begin = at(0.0);
  r.ran.end = at(10.0);
  r.ran.phases = {{"encode", at(0.0), at(1.0), 1, 1}, {"denoise", at(1.5), at(9.5), evaluations, executed}};
  r.m.whole = {"run", 1, 10.0 * second, {}};
  r.m.phases = {{"encode", 1, 1.0 * second, {}}, {"denoise", 1, 8.0 * second, {}}};
  if (!with_energy) return r;
  r.m.whole.parts = {part(900.0, 9.0)};
  r.m.phases[0].parts = {part(50.0, 1.0)};
  r.m.phases[1].parts = {part(800.0, 8.0)};
  return r;
}

TEST(Scaling, ARunOfAllEvaluationsIsAsItWasMeasured) {
  const Case r = run(20, 20);
  const Trial trial = trial_of({}, 3, r.ran, r.m);
  EXPECT_EQ(trial.replicate, 3);
  EXPECT_EQ(trial.elapsed, 10.0 * second);
  EXPECT_EQ(trial.elapsed_uncertainty, 0.0);
  EXPECT_EQ(trial.scaled, 1.0);
  EXPECT_EQ(trial.energy->value, 900.0 * joule);
  EXPECT_EQ(trial.energy->uncertainty, 9.0 * joule);
  EXPECT_FALSE(trial.energy_assumed);
  ASSERT_EQ(trial.phases.size(), 2u);
  EXPECT_EQ(trial.phases[1].energy->value, 800.0 * joule);
}

TEST(Scaling, OnlyThePhaseThatRanInPartIsScaled) {
  const Case r = run(20, 5);
  const Trial trial = trial_of({}, 0, r.ran, r.m);
  EXPECT_EQ(trial.scaled, 4.0);
  EXPECT_NEAR(trial.elapsed.in(second), 10.0 + 3.0 * 8.0, 1e-9);
  EXPECT_NEAR(trial.energy->value.in(joule), 900.0 + 3.0 * 800.0, 1e-9);
  EXPECT_NEAR(trial.phases[0].elapsed.in(second), 1.0, 1e-9);
  EXPECT_NEAR(trial.phases[1].elapsed.in(second), 32.0, 1e-9);
  EXPECT_NEAR(trial.phases[1].energy->value.in(joule), 3200.0, 1e-9);
}

TEST(Scaling, WhatWasNotRunIsLessCertain) {
  const Case r = run(20, 5);
  const Trial trial = trial_of({}, 0, r.ran, r.m);
  EXPECT_NEAR(trial.elapsed_uncertainty, 0.02 * 24.0 / 34.0, 1e-9);
  // 9 J of the run, 3 x 8 J of the phase, 2 % of 2400 J.
  EXPECT_NEAR(trial.energy->uncertainty.in(joule), std::sqrt(81.0 + 24.0 * 24.0 + 48.0 * 48.0), 1e-9);
}

TEST(Scaling, PhasesOfOneNameAreOne) {
  Case r = run(20, 5);
  r.ran.phases = {{"denoise", at(1.0), at(5.0), 10, 2}, {"denoise", at(5.5), at(9.5), 10, 3}};
  const Trial trial = trial_of({}, 0, r.ran, r.m);
  ASSERT_EQ(trial.phases.size(), 1u);
  EXPECT_EQ(trial.scaled, 4.0);
  EXPECT_NEAR(trial.elapsed.in(second), 34.0, 1e-9);
}

TEST(Scaling, WithoutASensorThereIsTimeOnly) {
  const Case r = run(20, 5, false);
  const Trial trial = trial_of({}, 0, r.ran, r.m);
  EXPECT_FALSE(trial.energy);
  EXPECT_NEAR(trial.elapsed.in(second), 34.0, 1e-9);
}

TEST(Scaling, AnEnergyOfAPartOnlyIsNoEnergyOfTheTrial) {
  Case r = run(20, 5);
  r.m.phases[1].parts.clear();  // too short for the sensor
  EXPECT_FALSE(trial_of({}, 0, r.ran, r.m).energy);
  Case whole = run(20, 20);
  whole.m.phases[1].parts.clear();
  EXPECT_TRUE(trial_of({}, 0, whole.ran, whole.m).energy);
}

TEST(Scaling, AModelsEnergyIsMarked) {
  Case r = run(20, 20);
  r.m.whole.parts[0].instrument = measure::Instrument::model;
  EXPECT_TRUE(trial_of({}, 0, r.ran, r.m).energy_assumed);
}

}  // namespace
}  // namespace diffjoule::sweep
