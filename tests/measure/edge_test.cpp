// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/edge.h"

#include <gtest/gtest.h>

#include <utility>

#include "tests/measure/scripted_run.h"

// Energy by the counter alone.
namespace diffjoule::measure {
namespace {

using fakes::PowerScript;
using fakes::scripted_counter;

os::Instant at(double t) { return os::Instant{} + t * second; }

// The bound: 1 % and one step x power at each edge that was not aligned.
double allowed(const ScriptedRun& run, const Cover& cover, bool aligned) {
  double steps = 0.0;
  for (const Stretch& s : cover.stretches()) {
    for (const os::Instant x : {s.begin, s.end}) steps += run.device->script().power(PowerScript::seconds(x)) * 0.1;
  }
  return 0.01 * run.truth(cover) + (aligned ? 0.0 : steps);
}

void check(const PowerScript& script, double from, double to, bool aligned, double phase) {
  fakes::ScriptedChannel counter = scripted_counter();
  counter.phase = phase * second;
  ScriptedRun run(script, {counter});
  run.until(from);
  const os::Instant a = aligned ? run.edge() : run.clock.now();
  run.until(to);
  const os::Instant b = aligned ? run.edge() : run.clock.now();
  run.until(to + 0.3);
  const Cover cover({{a, b}});
  const PartEnergy part = run.part(cover);
  ASSERT_TRUE(part.counter) << part.missing;
  EXPECT_NEAR(part.counter->value.in(joule), run.truth(cover), allowed(run, cover, aligned))
      << from << ".." << to << " aligned " << aligned << " phase " << phase;
}

TEST(Edge, ACounterIsWithinOnePerCentAndOneStepAtEachUnalignedEdge) {
  const PowerScript steady(300.0);
  const PowerScript steps = PowerScript(60.0).jump(3.0, 400.0).jump(5.0, 100.0).jump(6.03, 350.0).jump(9.0, 60.0);
  const PowerScript ramp = PowerScript(60.0).corner(3.0, 60.0).corner(8.0, 500.0).corner(9.0, 60.0);
  for (const PowerScript& script : {steady, steps, ramp}) {
    for (const bool aligned : {true, false}) {
      for (const double phase : {0.0, 0.021, 0.05, 0.083}) {
        check(script, 3.0, 9.0, aligned, phase);
        check(script, 2.47, 8.31, aligned, phase);
        check(script, 4.0, 6.5, aligned, phase);
      }
    }
  }
}

TEST(Edge, WorkThatBeginsAndEndsWithItsWindowIsFoundThoughTheCounterStepsInBetween) {
  for (const double phase : {0.01, 0.04, 0.07}) {
    fakes::ScriptedChannel counter = scripted_counter();
    counter.phase = phase * second;
    ScriptedRun run(PowerScript(50.0).jump(3.0, 400.0).jump(4.0, 50.0), {counter});
    run.until(3.0);
    const os::Instant a = run.edge();
    run.until(4.0);
    const os::Instant b = run.edge();
    run.until(4.5);
    const Cover cover({{a, b}});
    // 400 J; an even spread over the step that the edge cuts would be up to 9 J off at each.
    EXPECT_NEAR(run.part(cover).counter->value.in(joule), 400.0, 4.0) << phase;
  }
}

TEST(Edge, EdgesThatLieTogetherDoNotAddUp) {
  ScriptedRun run(PowerScript(200.0), {scripted_counter()});
  run.until(8.0);
  std::vector<Stretch> pieces;
  for (int i = 0; i < 40; ++i) pieces.push_back({at(2.0 + 0.1 * i), at(2.0999 + 0.1 * i)});
  const auto whole = run.part(Cover({{at(2.0), at(6.0)}})).counter;
  const auto sum = run.part(Cover(pieces)).counter;
  ASSERT_TRUE(whole && sum);
  EXPECT_NEAR(sum->value.in(joule), whole->value.in(joule)*0.999, 1e-3 * whole->value.in(joule));
  EXPECT_LT(sum->uncertainty, 1.5 * whole->uncertainty);
}

TEST(Edge, AlignedEdgesAreSurerThanOthers) {
  ScriptedRun run(PowerScript(200.0), {scripted_counter()});
  run.until(3.0);
  const os::Instant a = run.edge();
  run.until(5.0);
  const os::Instant b = run.edge();
  run.until(12.0);
  const auto aligned = run.part(Cover({{a, b}})).counter;
  const auto other = run.part(Cover({{at(8.0), at(10.0)}})).counter;
  ASSERT_TRUE(aligned && other);
  EXPECT_LT(aligned->uncertainty, 0.3 * other->uncertainty);
}

TEST(Edge, PhasesThatFollowEachOtherSumToTheWhole) {
  ScriptedRun run(PowerScript(60.0).jump(3.0, 300.0).corner(7.0, 100.0), {scripted_counter()});
  run.until(9.0);
  const auto energy = [&run](double a, double b) { return run.part(Cover({{at(a), at(b)}})).counter->value.in(joule); };
  EXPECT_NEAR(energy(2.0, 4.17) + energy(4.17, 4.2) + energy(4.2, 8.0), energy(2.0, 8.0), 1e-6);
}

TEST(Edge, AMemoryThatWasSeenToStandStillGaveNothing) {
  const PowerScript script = PowerScript(0.0).jump(2.0, 20.0).jump(3.5, 0.0);
  ScriptedRun run(script, {scripted_counter(0.001 * second, 1e-6, sensors::Part::dram)});
  run.until(7.6);
  for (const auto& [from, to] : {std::pair{2.0, 7.5}, {1.2, 7.5}, {1.2, 3.5}, {2.0, 3.8}, {1.2, 1.9}, {4.0, 7.0}}) {
    const Cover cover({{at(from), at(to)}});
    const PartEnergy part = run.part(cover);
    ASSERT_TRUE(part.energy) << part.missing;
    EXPECT_NEAR(part.energy->value.in(joule), run.truth(cover), 0.05) << from << ".." << to;
    EXPECT_LT(part.energy->uncertainty, 0.1 * joule) << from << ".." << to;
    if (to - from > 5.0) {
      EXPECT_TRUE(part.verdict.empty()) << part.verdict[0].words;
    }
  }
}

TEST(Edge, AWindowThatNobodyReadHasNoEnergyAndSaysWhy) {
  ScriptedRun run(PowerScript(60.0), {scripted_counter()});
  run.until(4.0);
  const PartEnergy after = run.part(Cover({{at(3.0), at(9.0)}}));
  EXPECT_FALSE(after.energy);
  EXPECT_NE(after.missing.find("before the window ended"), std::string::npos) << after.missing;
  EXPECT_TRUE(has(after.verdict, DoubtKind::gap));
  const PartEnergy before = run.part(Cover({{at(0.0), at(3.0)}}));
  EXPECT_FALSE(before.energy);
}

}  // namespace
}  // namespace diffjoule::measure
