// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/measured_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace diffjoule::api {
namespace {

// 100 W, read by a counter that steps each 10 ms.
class Steady final : public sensors::Device {
 public:
  explicit Steady(os::Clock& clock) : clock_(clock) {
    info_.id = "GPU-1";
    info_.channels = {{.name = "energy", .measurand = sensors::Measurand::energy, .update_period = 0.01 * second}};
  }
  [[nodiscard]] const sensors::DeviceInfo& info() const override { return info_; }
  void read(std::span<const std::size_t>, std::span<sensors::Reading> out) override {
    const std::int64_t steps = clock_.now().nanoseconds() / 10'000'000;
    for (sensors::Reading& reading : out) reading = {static_cast<double>(steps % 1'000'000)};
  }

 private:
  os::Clock& clock_;
  sensors::DeviceInfo info_;
};

MeasuredCommand measured(const CommandOptions& options, bool with_sensor = true) {
  os::SystemClock clock;
  sensors::Found found;
  if (with_sensor) found.devices.push_back(std::make_unique<Steady>(clock));
  auto result = measure_command(options, std::move(found), clock);
  EXPECT_TRUE(result) << result.error().message();
  return result ? std::move(*result) : MeasuredCommand{};
}

bool noted(const MeasuredCommand& m, const std::string& words) {
  const auto& notes = m.measurement.notes;
  return std::any_of(notes.begin(), notes.end(),
                     [&words](const std::string& note) { return note.find(words) != std::string::npos; });
}

TEST(MeasuredCommand, ARunIsMeasuredFromItsBeginToItsEnd) {
  const auto m = measured({.command = {"sh", "-c", "sleep 0.5; exit 3"}});
  EXPECT_EQ(m.exit_code, 3);
  EXPECT_EQ(m.measurement.exit_code, 3);
  ASSERT_EQ(m.runs.size(), 1u);
  ASSERT_TRUE(m.runs[0].energy);
  EXPECT_NEAR(m.runs[0].energy->value.in(joule), 100.0 * m.runs[0].elapsed.in(second), 3.0);
}

TEST(MeasuredCommand, RepeatsAreAPhaseAndEachIsKept) {
  const auto m = measured({.command = {"sleep", "0.1"}, .warm_up = 1, .repeat = 3});
  EXPECT_EQ(m.runs.size(), 3u);
  EXPECT_EQ(m.summary.count, 3u);
  ASSERT_EQ(m.measurement.phases.size(), 1u);
  EXPECT_EQ(m.measurement.phases[0].name, "repeat");
  EXPECT_EQ(m.measurement.phases[0].count, 3u);
}

TEST(MeasuredCommand, WhatLiesBetweenRepeatsIsInNoFigure) {
  const auto m = measured({.command = {"sleep", "0.1"}, .cool_down = 0.5 * second, .repeat = 2});
  ASSERT_EQ(m.runs.size(), 2u);
  const Duration runs = m.runs[0].elapsed + m.runs[1].elapsed;
  EXPECT_NEAR(m.measurement.whole.elapsed.in(second), runs.in(second), 1e-6);
  const auto energy = measure::totals(m.measurement.whole).all;
  ASSERT_TRUE(energy);
  EXPECT_NEAR(energy->value.in(joule), 100.0 * runs.in(second), 6.0);
}

TEST(MeasuredCommand, ARunThatFailedDecidesTheCodeAndIsNotInTheMean) {
  const std::string flag = testing::TempDir() + "ran_before";
  std::filesystem::remove(flag);
  const auto m = measured(
      {.command = {"sh", "-c", "test -e " + flag + " || { touch " + flag + "; exit 3; }; sleep 0.05"}, .repeat = 3});
  EXPECT_EQ(m.exit_code, 3);
  EXPECT_EQ(m.runs.size(), 3u);
  EXPECT_EQ(m.summary.count, 2u);
  EXPECT_TRUE(noted(m, "ended with code 3"));
}

TEST(MeasuredCommand, APhaseOfTheProgramMayBeNamedRun) {
  const auto m = measured({.command = {"sh", "-c", "echo begin; sleep 0.2"}, .patterns = {"run=^begin"}});
  ASSERT_EQ(m.measurement.phases.size(), 1u);
  EXPECT_EQ(m.measurement.phases[0].name, "run");
}

TEST(MeasuredCommand, ACommandThatCannotBeStartedIsNotRepeated) {
  const auto m = measured({.command = {"no-such-program-anywhere"}, .repeat = 3});
  EXPECT_EQ(m.exit_code, 127);
  EXPECT_TRUE(m.runs.empty());
  EXPECT_TRUE(noted(m, "was not started: No such file")) << m.measurement.notes.size();
}

TEST(MeasuredCommand, WithoutASensorTheTimeIsToldAndNoEnergy) {
  const auto m = measured({.command = {"sleep", "0.1"}, .repeat = 2, .precision = 0.01}, false);
  ASSERT_EQ(m.runs.size(), 2u);
  EXPECT_FALSE(m.runs[0].energy);
  EXPECT_GE(m.runs[0].elapsed.in(second), 0.1);
  EXPECT_TRUE(noted(m, "no meaning without an energy"));
}

TEST(MeasuredCommand, PhasesOfALogAndPatternsThatNeverMatched) {
  const auto m = measured({.command = {"sh", "-c", "echo begin; sleep 0.2"}, .patterns = {"work=^begin", "rest=^end"}});
  ASSERT_EQ(m.measurement.phases.size(), 1u);
  EXPECT_EQ(m.measurement.phases[0].name, "work");
  EXPECT_NEAR(m.measurement.phases[0].elapsed.in(second), 0.2, 0.15);
  EXPECT_TRUE(noted(m, "rest=^end"));
}

TEST(MeasuredCommand, AStoreThatCannotBeIsANoteAndNotAnEnd) {
  CommandOptions options{.command = {"true"}};
  options.store = testing::TempDir();  // a folder
  const auto m = measured(options);
  EXPECT_EQ(m.runs.size(), 1u);
  EXPECT_TRUE(noted(m, "not stored"));
}

TEST(MeasuredCommand, NoCommandIsAnError) {
  os::SystemClock clock;
  EXPECT_FALSE(measure_command({}, {}, clock));
}

}  // namespace
}  // namespace diffjoule::api
