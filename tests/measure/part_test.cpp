// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/part.h"

#include <gtest/gtest.h>

#include "tests/measure/scripted_run.h"

// Faults, at the level of one part of one device: the right number, or a missing one with its reason and a verdict.
namespace diffjoule::measure {
namespace {

using fakes::PowerScript;
using fakes::scripted_counter;
using fakes::scripted_power;
using fakes::ScriptedChannel;
using sensors::Absence;
using sensors::Reading;

os::Instant at(double t) { return os::Instant{} + t * second; }

struct Measured {
  PartEnergy part;
  double truth;
};

// Steady 300 W unless said otherwise, the window from 3 s to 13 s.
Measured measure(std::vector<ScriptedChannel> channels, std::optional<Duration> period = std::nullopt,
                 const PowerScript& script = PowerScript(300.0)) {
  ScriptedRun run(script, std::move(channels), period);
  run.until(3.0);
  const os::Instant a = run.edge();
  run.until(13.0);
  const os::Instant b = run.edge();
  run.until(13.4);
  const Cover cover({{a, b}});
  return {run.part(cover), run.truth(cover)};
}

ScriptedChannel instant() { return scripted_power(0.1 * second, 0.025 * second); }

ScriptedChannel failing(ScriptedChannel c, std::function<void(double, Reading&)> fault) {
  c.fault = std::move(fault);
  return c;
}

TEST(Part, TwoInstrumentsThatAgreeLeaveNoDoubt) {
  const Measured m = measure({scripted_counter(), instant()});
  EXPECT_TRUE(m.part.verdict.empty()) << m.part.verdict[0].words;
  EXPECT_EQ(m.part.instrument, Instrument::counter);
  EXPECT_NEAR(m.part.energy->value.in(joule), m.truth, 0.002 * m.truth);
  EXPECT_NEAR(m.part.integrated->value.in(joule), m.truth, 0.002 * m.truth);
  EXPECT_NEAR(m.part.mean_power->in(watt), 300.0, 1.0);
}

TEST(Part, ADeviceThatIsLostHasNoEnergyAndWhatWasIsNotTheWhole) {
  const auto gone = [](double t, Reading& r) {
    if (t > 8.0) r = {0.0, Absence::lost};
  };
  for (const auto& channels : {std::vector{failing(scripted_counter(), gone), failing(instant(), gone)},
                               std::vector{failing(instant(), gone)}}) {
    const Measured m = measure(channels);
    EXPECT_FALSE(m.part.energy);
    EXPECT_FALSE(m.part.missing.empty());
    EXPECT_TRUE(has(m.part.verdict, DoubtKind::lost));
  }
}

TEST(Part, ACounterThatWasResetIsDoubtedAndPowerTakesItsPlace) {
  const auto reset = [](double t, Reading& r) {
    if (t > 8.0) r.value -= 2400.0;
  };
  const Measured with = measure({failing(scripted_counter(), reset), instant()});
  EXPECT_TRUE(has(with.part.verdict, DoubtKind::counter_reset));
  EXPECT_EQ(with.part.instrument, Instrument::integrated_power);
  EXPECT_NEAR(with.part.energy->value.in(joule), with.truth, 0.01 * with.truth);
  const Measured alone = measure({failing(scripted_counter(), reset)});
  EXPECT_FALSE(alone.part.energy);
  EXPECT_NE(alone.part.missing.find("fell"), std::string::npos);
}

TEST(Part, ACounterThatRunsBackwardsForAMomentIsNotBelieved) {
  const auto backwards = [](double t, Reading& r) {
    if (t > 8.0 && t < 8.5) r.value -= 500.0;
  };
  const Measured m = measure({failing(scripted_counter(), backwards), instant()});
  EXPECT_FALSE(m.part.counter);
  EXPECT_TRUE(has(m.part.verdict, DoubtKind::counter_reset));
}

TEST(Part, ACounterThatStandsStillIsNotZeroJoules) {
  const auto stuck = [](double, Reading& r) { r.value = 777.0; };
  const Measured with = measure({failing(scripted_counter(), stuck), instant()});
  EXPECT_TRUE(has(with.part.verdict, DoubtKind::counter_stuck));
  EXPECT_FALSE(with.part.counter);
  EXPECT_NEAR(with.part.energy->value.in(joule), with.truth, 0.01 * with.truth);
  const Measured alone = measure({failing(scripted_counter(), stuck)});
  EXPECT_FALSE(alone.part.energy);
  EXPECT_TRUE(has(alone.part.verdict, DoubtKind::counter_stuck));
}

TEST(Part, ACounterThatGetsStuckOnTheWayIsFound) {
  const auto sticks = [](double t, Reading& r) {
    if (t > 6.0) r.value = 1800.0;
  };
  const Measured with = measure({failing(scripted_counter(), sticks), instant()});
  EXPECT_TRUE(has(with.part.verdict, DoubtKind::counter_stuck));
  EXPECT_EQ(with.part.instrument, Instrument::integrated_power);
  EXPECT_NEAR(with.part.energy->value.in(joule), with.truth, 0.01 * with.truth);
  EXPECT_TRUE(has(measure({failing(scripted_counter(), sticks)}).part.verdict, DoubtKind::counter_stuck));
}

TEST(Part, ACounterThatIsStuckTooBrieflyForADoubtIsUnsure) {
  const auto sticks = [](double t, Reading& r) {
    if (t > 12.3) r.value = 3690.0;
  };
  const Measured alone = measure({failing(scripted_counter(), sticks)});
  ASSERT_TRUE(alone.part.energy) << alone.part.missing;
  EXPECT_NEAR(alone.part.energy->value.in(joule), alone.truth, 0.02 * alone.truth);
  EXPECT_GT(alone.part.energy->uncertainty, 80.0 * joule);
}

TEST(Part, AMemoryThatDrawsNothingIsNoFault) {
  const Measured m =
      measure({scripted_counter(0.001 * second, 1e-3, sensors::Part::dram)}, std::nullopt, PowerScript(0.0));
  ASSERT_TRUE(m.part.energy) << m.part.missing;
  EXPECT_NEAR(m.part.energy->value.in(joule), 0.0, 0.01);
  EXPECT_FALSE(has(m.part.verdict, DoubtKind::counter_stuck));
}

TEST(Part, ACounterThatIsNotSupportedIsIntegratedPower) {
  ScriptedChannel counter = scripted_counter();
  counter.says.missing = "not supported";
  const Measured listed = measure({counter, instant()});
  EXPECT_FALSE(listed.part.counter);
  EXPECT_EQ(listed.part.instrument, Instrument::integrated_power);
  EXPECT_NEAR(listed.part.energy->value.in(joule), listed.truth, 0.01 * listed.truth);
  const auto unsupported = [](double, Reading& r) { r = {0.0, Absence::not_supported}; };
  const Measured read = measure({failing(scripted_counter(), unsupported), instant()});
  EXPECT_NEAR(read.part.energy->value.in(joule), read.truth, 0.01 * read.truth);
  EXPECT_FALSE(read.part.counter);
}

TEST(Part, NothingToReadIsAReasonAndNotZero) {
  ScriptedChannel counter = scripted_counter();
  counter.says.missing = "readable by root only";
  const Measured m = measure({counter});
  EXPECT_FALSE(m.part.energy);
  EXPECT_NE(m.part.missing.find("root"), std::string::npos);
}

TEST(Part, ZeroWattsAreNoReadingOfAGpu) {
  const auto zero = [](double t, Reading& r) {
    if (t > 5.0 && t < 5.25) r.value = 0.0;
  };
  const Measured some = measure({failing(instant(), zero)});
  EXPECT_TRUE(has(some.part.verdict, DoubtKind::zero_power));
  EXPECT_NEAR(some.part.energy->value.in(joule), some.truth, 0.01 * some.truth);
  const Measured all = measure({failing(instant(), [](double, Reading& r) { r.value = 0.0; })});
  EXPECT_FALSE(all.part.energy);
  EXPECT_TRUE(has(all.part.verdict, DoubtKind::zero_power));
}

TEST(Part, ARaplCounterIsFollowedThroughItsWraps) {
  ScriptedChannel rapl = scripted_counter(0.001 * second, 1e-3, sensors::Part::cpu_package);
  rapl.says.wraps_at = 700.0;
  const Measured m = measure({rapl});
  EXPECT_NEAR(m.part.energy->value.in(joule), m.truth, 0.003 * m.truth);
  EXPECT_TRUE(m.part.verdict.empty());
}

TEST(Part, PolledTooSlowlyAWrapIsAGapAndNeverANegativeEnergy) {
  ScriptedChannel rapl = scripted_counter(0.001 * second, 1e-3, sensors::Part::cpu_package);
  rapl.says.wraps_at = 700.0;
  const Measured slow = measure({rapl}, 2.0 * second);  // 600 J between readings
  EXPECT_FALSE(slow.part.energy);
  EXPECT_TRUE(has(slow.part.verdict, DoubtKind::gap));
  ScriptedChannel unknown = rapl;
  unknown.says.wraps_at.reset();
  unknown.says.may_wrap = true;
  unknown.fault = [](double, Reading& r) { r.value = std::fmod(r.value, 700.0); };
  const Measured unread = measure({unknown});
  EXPECT_FALSE(unread.part.energy);
  EXPECT_TRUE(has(unread.part.verdict, DoubtKind::gap));
}

TEST(Part, InstrumentsThatDifferAreDoubted) {
  ScriptedChannel power = instant();
  power.gain = 0.8;
  const Measured m = measure({scripted_counter(), power});
  EXPECT_TRUE(has(m.part.verdict, DoubtKind::disagreement));
}

TEST(Part, AStatedGainExplainsADifference) {
  ScriptedChannel power = instant();
  power.gain = 0.95;
  power.says.relative_uncertainty = 0.05;
  EXPECT_FALSE(has(measure({scripted_counter(), power}).part.verdict, DoubtKind::disagreement));
}

TEST(Part, AWindowBelowTheSensorIsTooShortAndSaysHowManyRepeatsWouldDo) {
  ScriptedRun run(PowerScript(300.0), {scripted_counter()});
  run.until(5.0);
  const PartEnergy part = run.part(Cover({{at(3.0), at(3.08)}}));
  ASSERT_TRUE(has(part.verdict, DoubtKind::too_short));
  std::string advice;
  for (const Doubt& d : part.verdict) advice += d.advice;
  EXPECT_NE(advice.find(" times back to back"), std::string::npos) << advice;
}

TEST(Part, AStarvedSamplerIsAGapOfPowerAndNothingToACounter) {
  const auto run_with = [](std::vector<ScriptedChannel> channels) {
    ScriptedRun run(PowerScript(100.0).jump(7.0, 400.0).jump(8.0, 100.0), std::move(channels));
    run.until(6.0);
    run.clock.advance(4.0 * second);
    run.until(15.0);
    return run.part(Cover({{at(3.0), at(13.0)}}));
  };
  EXPECT_TRUE(has(run_with({instant()}).verdict, DoubtKind::gap));
  const PartEnergy counted = run_with({scripted_counter(), instant()});
  EXPECT_FALSE(has(counted.verdict, DoubtKind::gap));
  EXPECT_NEAR(counted.energy->value.in(joule), 1300.0, 20.0);
}

TEST(Part, AJumpOfTheWallClockChangesNothing) {
  ScriptedRun run(PowerScript(300.0), {scripted_counter(), instant()});
  run.until(5.0);
  run.clock.jump_wall_clock(-86400.0 * second);
  run.until(14.0);
  EXPECT_NEAR(run.part(Cover({{at(3.0), at(13.0)}})).energy->value.in(joule), 3000.0, 15.0);
}

TEST(Part, AModelIsAssumedAndASliceIsThePartOfACard) {
  ScriptedRun run(PowerScript(65.0), {scripted_power(0.1 * second, Duration())});
  run.trace[0].device.assumed = true;
  run.trace[0].device.partition = true;
  run.until(14.0);
  const PartEnergy part = run.part(Cover({{at(3.0), at(13.0)}}));
  EXPECT_EQ(part.instrument, Instrument::model);
  EXPECT_TRUE(has(part.verdict, DoubtKind::assumed));
  EXPECT_TRUE(has(part.verdict, DoubtKind::partition));
}

TEST(Part, EveryRailIsAPartOfItsOwn) {
  ScriptedChannel a = scripted_power(0.1 * second, Duration(), 1e-3, sensors::Part::rail);
  ScriptedChannel b = a;
  a.says.name = "power.VDD_CPU";
  b.says.name = "power.VDD_SOC";
  ScriptedRun run(PowerScript(5.0), {a, b});
  const auto parts = parts_of(run.trace[0].device);
  ASSERT_EQ(parts.size(), 2u);
  EXPECT_EQ(parts[1].label, "power.VDD_SOC");
}

}  // namespace
}  // namespace diffjoule::measure
