// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/running_totals.h"

#include <gtest/gtest.h>

#include <array>

#include "diffjoule/sensors/throttle.h"

namespace diffjoule::measure {
namespace {

using sensors::Absence;
using sensors::Measurand;
using sensors::Reading;

os::Instant at(double seconds) { return os::Instant{} + seconds * second; }

sensors::DeviceInfo gpu(bool with_counter) {
  sensors::DeviceInfo info;
  info.id = "GPU-1";
  info.channels = {{.name = "power", .measurand = Measurand::power},
                   {.name = "utilization", .measurand = Measurand::utilization},
                   {.name = "throttle", .measurand = Measurand::throttle_reasons},
                   {.name = "energy", .measurand = Measurand::energy}};
  if (!with_counter) info.channels.back().missing = "not supported";
  return info;
}

struct Said {
  Reading power = {100.0}, utilization = {0.5}, throttle = {0.0}, energy = {0.0, Absence::not_supported};
};

void say(RunningTotals& totals, double seconds, const Said& said) {
  const std::array<std::size_t, 4> channels{0, 1, 2, 3};
  const std::array readings{said.power, said.utilization, said.throttle, said.energy};
  totals.take({0, at(seconds), channels, readings});
}

double joules(const std::optional<Energy>& energy) { return energy ? energy->in(joule) : -1.0; }

TEST(RunningTotals, AddsUpTheCounterAndNotThePower) {
  RunningTotals totals({gpu(true)});
  for (int i = 0; i <= 10; ++i) say(totals, i, {.energy = {5000.0 + 200.0 * i}});
  ASSERT_EQ(totals.parts().size(), 1u);
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].energy), 2000.0);
  EXPECT_DOUBLE_EQ(totals.parts()[0].power->in(watt), 100.0);
}

TEST(RunningTotals, IntegratesPowerWhereThereIsNoCounter) {
  RunningTotals totals({gpu(false)});
  for (int i = 0; i <= 10; ++i) say(totals, i, {.power = {10.0 * i}});
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].energy), 500.0);
}

TEST(RunningTotals, NothingReadIsNoZero) {
  RunningTotals totals({gpu(true)});
  say(totals, 0, {.power = {0.0, Absence::lost}});
  EXPECT_FALSE(totals.parts()[0].energy);
  EXPECT_FALSE(totals.parts()[0].power);
}

TEST(RunningTotals, ACounterThatFellAddsNothingAndIsCounted) {
  RunningTotals totals({gpu(true)});
  say(totals, 0, {.energy = {1000.0}});
  say(totals, 1, {.energy = {1300.0}});
  say(totals, 2, {.energy = {5.0}});
  say(totals, 3, {.energy = {105.0}});
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].energy), 400.0);
  EXPECT_EQ(totals.parts()[0].gaps, 1u);
}

TEST(RunningTotals, ACounterThatWrapsGoesOn) {
  sensors::DeviceInfo info = gpu(true);
  info.channels[3].wraps_at = 1000.0;
  RunningTotals totals({info});
  say(totals, 0, {.energy = {900.0}});
  say(totals, 1, {.energy = {50.0}});
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].energy), 150.0);
}

// The meter's decision: what a decrease means must be possible, and of less than half a range.
TEST(RunningTotals, ACounterThatWasResetIsNoWrapAndIsCounted) {
  sensors::DeviceInfo info = gpu(true);
  info.channels[3].wraps_at = 262143.0;
  RunningTotals totals({info});
  say(totals, 0, {.energy = {100.0}});
  say(totals, 1, {.energy = {140.0}});
  say(totals, 2, {.energy = {40.0}});
  say(totals, 3, {.energy = {90.0}});
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].energy), 90.0);
  EXPECT_EQ(totals.parts()[0].gaps, 1u);
  say(totals, 3600, {.energy = {80.0}});  // 73 W would be possible, but so would any number of wraps
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].energy), 90.0);
  EXPECT_EQ(totals.parts()[0].gaps, 2u);
}

TEST(RunningTotals, AWrapIsOneStepLongerThanTheHighestValue) {
  sensors::DeviceInfo info = gpu(true);
  info.channels[3].wraps_at = 999.0;
  info.channels[3].resolution = 1.0;
  RunningTotals totals({info});
  say(totals, 0, {.energy = {999.0}});
  say(totals, 1, {.energy = {0.0}});
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].energy), 1.0);
  EXPECT_EQ(totals.parts()[0].gaps, 0u);
}

TEST(RunningTotals, ASilenceIsNotFilledWithPower) {
  RunningTotals totals({gpu(false)});
  say(totals, 0, {});
  say(totals, 1, {});
  say(totals, 1000, {});
  say(totals, 1001, {});
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].energy), 200.0);
  EXPECT_EQ(totals.parts()[0].gaps, 1u);
}

TEST(RunningTotals, PhasesGetTheirShareBetweenReadings) {
  RunningTotals totals({gpu(true)});
  for (int i = 0; i <= 4; ++i) say(totals, i, {.energy = {100.0 * i}});
  totals.add({"denoise", at(0.5), at(2.5)});
  totals.add({"denoise", at(3.0), at(4.5)});  // not reached yet
  EXPECT_DOUBLE_EQ(totals.parts()[0].phases.at("denoise").in(joule), 200.0);
  EXPECT_EQ(totals.phase_counts().at("denoise"), 1u);
  say(totals, 5, {.energy = {500.0}});
  EXPECT_DOUBLE_EQ(totals.parts()[0].phases.at("denoise").in(joule), 350.0);
  totals.add({"denoise", at(-9), at(2)});
  EXPECT_EQ(totals.phases_left_out(), 1u);
  EXPECT_DOUBLE_EQ(joules(totals.gpu_energy(at(1.0), at(2.0))), 100.0);
  EXPECT_FALSE(totals.gpu_energy(at(1.0), at(9.0)));
}

TEST(RunningTotals, ASilentDeviceDoesNotStopTheOthersPhases) {
  sensors::DeviceInfo other = gpu(true);
  other.id = "GPU-2";
  RunningTotals totals({gpu(true), other});
  const std::array<std::size_t, 1> energy{3};
  const auto count = [&](std::size_t device, double seconds) {
    const std::array readings{Reading{100.0 * seconds}};
    totals.take({device, at(seconds), energy, readings});
  };
  for (int i = 0; i <= 4; ++i) {
    count(0, i);
    count(1, i);
  }
  totals.add({"denoise", at(1), at(3)});
  totals.add({"denoise", at(3), at(6)});
  for (int i = 5; i <= 35; ++i) count(0, i);
  EXPECT_EQ(totals.phase_counts().at("denoise"), 1u) << "the second device may still speak";
  count(0, 37);
  EXPECT_EQ(totals.phase_counts().at("denoise"), 2u);
  EXPECT_EQ(totals.phases_left_out(), 1u);
  EXPECT_DOUBLE_EQ(totals.parts()[0].phases.at("denoise").in(joule), 500.0);
  EXPECT_DOUBLE_EQ(totals.parts()[1].phases.at("denoise").in(joule), 200.0);
  EXPECT_EQ(totals.gpu_phases().at("denoise").count, 1u);
  EXPECT_DOUBLE_EQ(totals.gpu_phases().at("denoise").energy.in(joule), 400.0);
}

TEST(RunningTotals, ADeviceThatIsReadSeldomIsNotSilent) {
  sensors::DeviceInfo other = gpu(true);
  other.id = "GPU-2";
  RunningTotals totals({gpu(true), other});
  const std::array<std::size_t, 1> energy{3};
  for (int minute = 0; minute <= 3; ++minute) {
    if (minute == 2) totals.add({"denoise", at(70), at(80)});
    for (const std::size_t device : {0u, 1u}) {
      const std::array readings{Reading{6000.0 * minute}};
      totals.take({device, at(60.0 * minute), energy, readings});
    }
  }
  EXPECT_EQ(totals.phases_left_out(), 0u);
  EXPECT_DOUBLE_EQ(totals.gpu_phases().at("denoise").energy.in(joule), 2000.0);
}

TEST(RunningTotals, EachRailIsAPartOfItsOwn) {
  sensors::DeviceInfo board;
  board.id = "jetson";
  board.channels = {
      {.name = "power.CPU", .measurand = Measurand::power, .part = sensors::Part::rail},
      {.name = "power.GPU", .measurand = Measurand::power, .part = sensors::Part::rail},
      {.name = "energy.GPU", .measurand = Measurand::energy, .part = sensors::Part::rail},
  };
  RunningTotals totals({board});
  ASSERT_EQ(totals.parts().size(), 2u);
  EXPECT_EQ(totals.parts()[0].rail, "CPU");
  EXPECT_EQ(totals.parts()[1].rail, "GPU");
}

TEST(RunningTotals, TellsWhatWasDrawnUnusedAndHowLongItWasThrottled) {
  RunningTotals totals({gpu(true)});
  const Reading hot{static_cast<double>(sensors::throttle_thermal_software)};
  say(totals, 0, {.utilization = {0.0}, .energy = {0.0}});
  say(totals, 1, {.utilization = {0.0}, .energy = {50.0}});
  say(totals, 2, {.utilization = {0.9}, .throttle = hot, .energy = {350.0}});
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].unused), 50.0);
  ASSERT_EQ(totals.throttled()[0].size(), 1u);
  EXPECT_DOUBLE_EQ(totals.throttled()[0].begin()->second.in(second), 1.0);
}

TEST(RunningTotals, RemembersBoundedlyMuch) {
  RunningTotals totals({gpu(true)});
  for (std::size_t i = 0; i < RunningTotals::remembered + 10; ++i)
    say(totals, static_cast<double>(i), {.energy = {static_cast<double>(i)}});
  EXPECT_FALSE(totals.gpu_energy(at(0), at(100)));
  EXPECT_TRUE(totals.gpu_energy(at(10), at(100)));
  EXPECT_DOUBLE_EQ(joules(totals.parts()[0].energy), static_cast<double>(RunningTotals::remembered + 9));
}

}  // namespace
}  // namespace diffjoule::measure
