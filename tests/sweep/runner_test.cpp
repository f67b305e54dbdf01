// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/runner.h"

#include <gtest/gtest.h>

#include <set>

#include "diffjoule/sweep/plan_design.h"
#include "tests/fakes/made_tree.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/scripted_sensor.h"

namespace diffjoule::sweep {
namespace {

Plan plan_of(std::size_t repeats = 2) {
  Plan plan;
  plan.name = "test";
  plan.engine = "synthetic";
  plan.base.model = "sd15";
  for (const char* text : {"resolution=256,512,1024", "steps=2,4"}) plan.axes.push_back(*axis_from(text));
  plan.repeats.least = plan.repeats.most = repeats;
  return plan;
}

// A synthetic engine that counts what it is asked, and fails where it is told to.
class Watched final : public engines::Engine {
 public:
  explicit Watched(os::Clock& clock, const std::vector<std::string>& settings = {})
      : inner_(std::move(*engines::open_engine("synthetic", settings, clock))) {}
  Result<engines::Device> device() override { return inner_->device(); }
  Status prepare(const engines::Task& task) override {
    ++prepared;
    return inner_->prepare(task);
  }
  Result<engines::Ran> run(const engines::Task& task) override {
    ++ran;
    fractions.push_back(task.fraction);
    if (after_run) after_run(ran);
    if (!failure.empty()) return fail(failure_code, failure + " " + std::to_string(ran));
    return inner_->run(task);
  }
  [[nodiscard]] std::string provenance() const override { return inner_->provenance(); }

  int prepared = 0, ran = 0;
  std::vector<double> fractions;
  std::string failure;
  ErrorCode failure_code = ErrorCode::invalid_data;
  std::function<void(int)> after_run;

 private:
  std::unique_ptr<engines::Engine> inner_;
};

class Runner : public testing::Test {
 protected:
  Result<Swept> run(const Plan& plan, const std::vector<std::string>& settings = {}) {
    if (!engine) engine = std::make_unique<Watched>(clock, settings);
    auto design = design_of(plan);
    EXPECT_TRUE(design) << design.error().message();
    auto journal = Journal::open(tree_.root() + "/store.db", plan, {"host", "card"});
    EXPECT_TRUE(journal) << journal.error().message();
    Bench bench{*engine, "synthetic", true, nullptr, nullptr, {}, *journal, clock, stop, "diffjoule test"};
    bench.tell = [this](const Standing& standing, const Trial*) { standings.push_back(standing); };
    auto swept = sweep::run(plan, **design, bench);
    trials = journal->trials();
    return swept;
  }

  fakes::ManualClock clock;
  os::Alarm stop;
  std::unique_ptr<Watched> engine;
  std::vector<Trial> trials;
  std::vector<Standing> standings;

 private:
  fakes::MadeTree tree_;
};

std::multiset<std::pair<std::string, std::int64_t>> pairs(const std::vector<Trial>& trials) {
  std::multiset<std::pair<std::string, std::int64_t>> all;
  for (const Trial& trial : trials) all.insert({trial.configuration.key(), trial.replicate});
  return all;
}

TEST_F(Runner, EveryConfigurationRunsAsOftenAsThePlanSays) {
  const auto swept = run(plan_of());
  ASSERT_TRUE(swept) << swept.error().message();
  EXPECT_EQ(swept->end, Swept::End::complete);
  EXPECT_EQ(swept->ran, 12u);
  ASSERT_EQ(trials.size(), 12u);
  const auto all = pairs(trials);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 12u);
  for (const Trial& trial : trials) {
    EXPECT_GT(trial.elapsed, Duration{});
    EXPECT_FALSE(trial.energy);
    EXPECT_TRUE(trial.failure.empty());
    EXPECT_EQ(trial.phases.size(), 2u);
    EXPECT_EQ(trial.configuration.levels.size(), 2u);
  }
}

TEST_F(Runner, TheSameCommandAgainRunsNothing) {
  ASSERT_TRUE(run(plan_of()));
  const int ran = engine->ran;
  const auto again = run(plan_of());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->ran, 0u);
  EXPECT_EQ(engine->ran, ran);
  EXPECT_EQ(trials.size(), 12u);
}

TEST_F(Runner, AfterAnAlarmTheRunIsKeptAndTheNextSessionGoesOn) {
  engine = std::make_unique<Watched>(clock);
  Plan plan = plan_of();
  plan.warm_up = 0;
  engine->after_run = [this](int number) {
    if (number == 5) stop.ring();
  };
  const auto stopped = run(plan);
  ASSERT_TRUE(stopped);
  EXPECT_EQ(stopped->end, Swept::End::stopped);
  EXPECT_EQ(stopped->ran, 5u);
  const auto before = pairs(trials);
  EXPECT_EQ(before.size(), 5u);
  stop.reset();
  engine->after_run = {};
  const auto again = run(plan);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->ran, 7u);
  const auto all = pairs(trials);
  EXPECT_EQ(all.size(), 12u);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), 12u);
  EXPECT_EQ(engine->ran, 12);
}

TEST_F(Runner, WarmUpsAreNotKeptAndAsShortAsTheEngineCan) {
  Plan plan = plan_of(1);
  plan.warm_up = 2;
  plan.fraction = 0.5;
  ASSERT_TRUE(run(plan));
  EXPECT_EQ(trials.size(), 6u);
  ASSERT_EQ(engine->fractions.size(), 18u);
  EXPECT_LT(engine->fractions[0], 1e-6);
  EXPECT_LT(engine->fractions[1], 1e-6);
  EXPECT_EQ(engine->fractions[2], 0.5);
  for (const Trial& trial : trials) EXPECT_EQ(trial.scaled, 2.0);
}

TEST_F(Runner, OutOfMemoryIsKeptWithItsReasonAndTheSweepGoesOn) {
  const auto swept = run(plan_of(), {"most_pixels=300000"});
  ASSERT_TRUE(swept);
  EXPECT_EQ(swept->end, Swept::End::complete);
  EXPECT_EQ(swept->failed, 2u);  // 1024 pixels a side, at two numbers of steps, each tried once
  EXPECT_EQ(trials.size(), 2u + 4u * 2u);
  for (const Trial& trial : trials) {
    const bool large = trial.configuration.workload.width == 1024;
    EXPECT_EQ(trial.out_of_memory, large);
    EXPECT_EQ(trial.failure.find("does not fit") != std::string::npos, large) << trial.failure;
  }
  const auto again = run(plan_of(), {});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->ran, 0u);
}

TEST_F(Runner, TheSameFailureThreeTimesEndsTheSweepWithAdvice) {
  engine = std::make_unique<Watched>(clock);
  engine->failure = "the program died: call";
  const auto swept = run(plan_of());
  ASSERT_TRUE(swept);
  EXPECT_EQ(swept->end, Swept::End::failing);
  EXPECT_EQ(swept->ran, 3u);
  EXPECT_NE(swept->words.find("the program died"), std::string::npos) << swept->words;
  EXPECT_NE(swept->words.find("--retry-failed"), std::string::npos) << swept->words;
  EXPECT_EQ(trials.size(), 3u);
}

TEST_F(Runner, AnEngineThatCannotIsGivenMoreTries) {
  engine = std::make_unique<Watched>(clock);
  engine->failure = "no float16 here";
  engine->failure_code = ErrorCode::unavailable;
  const auto swept = run(plan_of());
  ASSERT_TRUE(swept);
  EXPECT_EQ(swept->end, Swept::End::complete);  // of six configurations
  EXPECT_EQ(swept->failed, 6u);
  Plan many = plan_of();
  many.name = "many";
  many.axes.push_back(*axis_from("batch=1,2,3,4"));
  EXPECT_EQ(run(many)->end, Swept::End::failing);
}

TEST_F(Runner, WhatAnEngineCannotIsNoReasonToEndOnceSomethingRan) {
  engine = std::make_unique<Watched>(clock);
  Plan plan = plan_of(1);
  plan.warm_up = 0;
  engine->failure_code = ErrorCode::unavailable;
  engine->after_run = [this](int number) { engine->failure = number > 1 ? "no float16 here" : ""; };
  const auto swept = run(plan);
  ASSERT_TRUE(swept);
  EXPECT_EQ(swept->end, Swept::End::complete);
  EXPECT_EQ(swept->failed, 5u);
}

TEST_F(Runner, NoRunBeginsAfterTheBudget) {
  Plan plan = plan_of();
  plan.idle = 10.0 * second;
  plan.budget = 45.0 * second;
  const auto swept = run(plan);
  ASSERT_TRUE(swept);
  EXPECT_EQ(swept->end, Swept::End::budget);
  EXPECT_EQ(swept->ran, 5u);  // 10 s and a fraction each
  plan.budget.reset();
  EXPECT_EQ(run(plan)->end, Swept::End::complete);  // the budget is no part of what a plan is
  EXPECT_EQ(trials.size(), 12u);
}

TEST_F(Runner, ProgressCountsToTheTotal) {
  ASSERT_TRUE(run(plan_of()));
  ASSERT_FALSE(standings.empty());
  EXPECT_EQ(standings.front().done, 0u);
  EXPECT_EQ(standings.front().total, 12u);
  EXPECT_FALSE(standings.front().left);
  EXPECT_EQ(standings.back().done, 12u);
  EXPECT_EQ(standings.back().left, Duration{});
}

// 100 W, on the real clock: a fifth of a second.
TEST(MeteredRunner, ARunHasTheEnergyOfItsTimeAndPhases) {
  os::SystemClock clock;
  fakes::MadeTree tree;
  sensors::Found found;
  found.devices.push_back(std::make_unique<fakes::ScriptedDevice>("gpu-0", fakes::PowerScript(100.0), clock,
                                                                  std::vector{fakes::scripted_counter(0.01 * second)}));
  Rest rest({found.devices[0]->info()});
  auto meter = measure::Meter::open(std::move(found), clock, {.sink = &rest});
  ASSERT_TRUE(meter);
  Watched engine(clock, {"start=0.05", "evaluation=0.02", "noise=0"});
  Plan plan = plan_of(1);
  plan.axes = {*axis_from("steps=4,8")};
  plan.baseline = 0.3 * second;
  plan.fraction = 0.5;
  plan.warm_up = 0;
  auto design = design_of(plan);
  auto journal = Journal::open(tree.root() + "/store.db", plan, {"host", "card"});
  ASSERT_TRUE(design && journal);
  os::Alarm stop;
  const auto swept =
      run(plan, **design, {engine, "synthetic", true, meter->get(), &rest, {}, *journal, clock, stop, "test"});
  ASSERT_TRUE(swept) << swept.error().message();
  ASSERT_EQ(journal->trials().size(), 2u);
  for (const Trial& trial : journal->trials()) {
    ASSERT_TRUE(trial.energy);
    EXPECT_EQ(trial.scaled, 2.0);
    EXPECT_NEAR(trial.energy->value.in(joule), 100.0 * trial.elapsed.in(second), 3.0);
    ASSERT_EQ(trial.phases.size(), 2u);
    EXPECT_NEAR(trial.phases[1].energy->value.in(joule), 100.0 * trial.phases[1].elapsed.in(second), 3.0);
  }
  const auto records = journal->records();
  ASSERT_TRUE(records) << records.error().message();
  ASSERT_EQ((*records)[0].measurement.idle.size(), 1u);
  EXPECT_NEAR((*records)[0].measurement.idle[0].before->power.value.in(watt), 100.0, 10.0);
}

}  // namespace
}  // namespace diffjoule::sweep
