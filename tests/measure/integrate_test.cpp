// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/integrate.h"

#include <gtest/gtest.h>

#include "tests/measure/scripted_run.h"

// Energy by integrated power alone.
namespace diffjoule::measure {
namespace {

using fakes::PowerScript;
using fakes::scripted_power;

os::Instant at(double t) { return os::Instant{} + t * second; }

struct SensorKind {
  const char* name;
  double update, window;
};
const SensorKind table[] = {
    {"A100", 0.1, 0.025}, {"average of 1 s", 0.1, 1.0}, {"V100", 0.02, 0.01},
    {"Turing", 0.1, 0.1}, {"M40", 0.031, 0.014},
};

PartEnergy measure(const PowerScript& script, const SensorKind& kind, double from, double to, double* truth) {
  ScriptedRun run(script, {scripted_power(kind.update * second, kind.window * second)});
  run.until(to + 2.0);
  const Cover cover({{at(from), at(to)}});
  *truth = run.truth(cover);
  return run.part(cover);
}

TEST(Integrate, StepsAndRampsLongerThanTheAveragingWindowAreWithinOnePerCent) {
  const PowerScript steps = PowerScript(60.0).jump(4.0, 300.0).jump(9.0, 150.0).jump(14.0, 420.0).jump(19.0, 60.0);
  const PowerScript ramps =
      PowerScript(60.0).corner(3.0, 60.0).corner(9.0, 500.0).corner(15.0, 200.0).corner(20.0, 200.0);
  for (const SensorKind& kind : table) {
    for (const PowerScript& script : {steps, ramps}) {
      for (const auto& [from, to] : {std::pair{2.0, 21.0}, std::pair{5.5, 17.3}, std::pair{6.0, 12.0}}) {
        double truth = 0.0;
        const PartEnergy part = measure(script, kind, from, to, &truth);
        ASSERT_TRUE(part.integrated) << kind.name << part.missing;
        EXPECT_NEAR(part.integrated->value.in(joule), truth, 0.01 * truth) << kind.name << " " << from;
        EXPECT_FALSE(has(part.verdict, DoubtKind::undersampled)) << kind.name << " " << part.verdict[0].words;
      }
    }
  }
}

TEST(Integrate, BurstsShorterThanTheSensorSeesAreDoubted) {
  PowerScript bursts(60.0);
  for (int i = 0; i < 40; ++i) bursts.burst(3.0 + 0.37 * i, 0.04, 500.0);
  PowerScript pulses(60.0);
  for (int i = 0; i < 8; ++i) pulses.burst(3.0 + 2.1 * i, 0.3, 500.0);
  double truth = 0.0;
  EXPECT_TRUE(has(measure(bursts, table[0], 2.5, 18.0, &truth).verdict, DoubtKind::undersampled));
  EXPECT_TRUE(has(measure(pulses, table[1], 2.5, 20.0, &truth).verdict, DoubtKind::undersampled));
}

TEST(Integrate, AConstantIsExactWhateverThePhase) {
  for (const SensorKind& kind : table) {
    double truth = 0.0;
    const PartEnergy part = measure(PowerScript(250.0), kind, 3.033, 7.777, &truth);
    EXPECT_NEAR(part.integrated->value.in(joule), truth, 1e-5 * truth) << kind.name;
  }
}

TEST(Integrate, AGapIsBridgedWithItsUncertaintyAndDoubted) {
  fakes::ScriptedChannel power = scripted_power(0.1 * second, 0.025 * second);
  power.fault = [](double t, sensors::Reading& r) {
    if (t > 4.0 && t < 6.0) r = {0.0, sensors::Absence::failed};
  };
  ScriptedRun run(PowerScript(100.0).jump(3.0, 300.0).jump(8.0, 100.0), {power});
  run.until(11.0);
  const PartEnergy part = run.part(Cover({{at(2.0), at(10.0)}}));
  ASSERT_TRUE(part.energy);
  EXPECT_TRUE(has(part.verdict, DoubtKind::gap));
  EXPECT_GT(part.energy->uncertainty, 100.0 * joule);  // (300 - 100) W x 2 s / sqrt(12)
  EXPECT_NEAR(part.energy->value.in(joule), 1900.0, 2.0 * part.energy->uncertainty.in(joule));
}

TEST(Integrate, OneSecondPeriodUsesPowerAtThoseInstantsOnly) {
  int calls = 0;
  fakes::ScriptedChannel power = scripted_power(0.1 * second, Duration());
  power.fault = [&calls](double, sensors::Reading&) { ++calls; };
  ScriptedRun run(PowerScript(200.0), {power}, 1.0 * second);
  run.until(2.0);
  run.edge();
  run.until(12.0);
  run.edge();
  run.until(13.0);
  EXPECT_EQ(calls, 13);
  EXPECT_NEAR(run.part(Cover({{at(2.0), at(12.0)}})).energy->value.in(joule), 2000.0, 1.0);
}

TEST(Integrate, TheGainIsOfTheWholeAndTheRestIsNot) {
  const Integral i{100.0 * joule, 3.0 * joule, 0.04, 1.0 * joule};
  EXPECT_DOUBLE_EQ(i.estimate().uncertainty.in(joule), 5.0);
}

}  // namespace
}  // namespace diffjoule::measure
