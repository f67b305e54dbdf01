// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/conditions.h"

#include <gtest/gtest.h>

#include "diffjoule/measure/doubts.h"
#include "diffjoule/sensors/throttle.h"
#include "tests/measure/scripted_run.h"

namespace diffjoule::measure {
namespace {

using fakes::ScriptedChannel;
using sensors::Measurand;

os::Instant at(double t) { return os::Instant{} + t * second; }

ScriptedChannel plain(const char* name, Measurand measurand, std::function<double(double)> value) {
  ScriptedChannel c;
  c.says.name = name;
  c.says.measurand = measurand;
  c.plain = std::move(value);
  return c;
}

PartEnergy measure(std::vector<ScriptedChannel> channels) {
  channels.push_back(fakes::scripted_counter());
  ScriptedRun run(fakes::PowerScript(200.0), std::move(channels));
  run.until(14.0);
  return run.part(Cover({{at(2.0), at(12.0)}}));
}

TEST(Conditions, MeansAreOverTimeAndTheHighestIsKept) {
  const PartEnergy p =
      measure({plain("temperature", Measurand::temperature, [](double t) { return t < 7.0 ? 50.0 : 70.0; }),
               plain("clock", Measurand::clock, [](double) { return 1.4e9; }),
               plain("power_limit", Measurand::power_limit, [](double) { return 300.0; })});
  EXPECT_NEAR(*p.temperature, 60.0, 0.3);
  EXPECT_EQ(*p.highest_temperature, 70.0);
  EXPECT_NEAR(p.clock->in(hertz), 1.4e9, 1.0);
  EXPECT_NEAR(p.power_limit->in(watt), 300.0, 1e-9);
  EXPECT_TRUE(p.throttled.empty());
}

TEST(Conditions, APowerCapIsReportedAndHeatIsDoubted) {
  const auto reasons = [](double t) {
    return static_cast<double>(t < 7.0 ? sensors::throttle_power_cap : sensors::throttle_thermal_hardware);
  };
  const PartEnergy hot = measure({plain("reasons", Measurand::throttle_reasons, reasons)});
  EXPECT_NEAR(hot.throttled.at("power cap"), 0.5, 0.02);
  EXPECT_NEAR(hot.throttled.at("thermal (hardware)"), 0.5, 0.02);
  EXPECT_TRUE(has(hot.verdict, DoubtKind::throttled));
  const PartEnergy capped = measure(
      {plain("reasons", Measurand::throttle_reasons, [](double) { return double{sensors::throttle_power_cap}; })});
  EXPECT_NEAR(capped.throttled.at("power cap"), 1.0, 1e-9);
  EXPECT_FALSE(has(capped.verdict, DoubtKind::throttled));
}

TEST(Conditions, TimeCountersTellWhatReadingsMiss) {
  const PartEnergy p =
      measure({plain("throttled.thermal_software", Measurand::throttled_time, [](double t) { return 0.2 * t; })});
  EXPECT_NEAR(p.throttled.at("thermal (software)"), 0.2, 0.01);
  EXPECT_TRUE(has(p.verdict, DoubtKind::throttled));
}

}  // namespace
}  // namespace diffjoule::measure
