// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/recorder.h"

#include <gtest/gtest.h>

#include <map>

#include "diffjoule/measure/schedule.h"
#include "tests/measure/scripted_run.h"

namespace diffjoule::measure {
namespace {

using fakes::PowerScript;
using fakes::scripted_counter;
using fakes::scripted_power;
using fakes::ScriptedChannel;

struct Calls {
  std::vector<double> times;
  ScriptedChannel counted(ScriptedChannel c) {
    c.fault = [this](double t, sensors::Reading&) { times.push_back(t); };
    return c;
  }
  double shortest() const {
    double d = 1e9;
    for (std::size_t i = 1; i < times.size(); ++i) d = std::min(d, times[i] - times[i - 1]);
    return d;
  }
};

TEST(Recorder, NoChannelIsReadFasterThanItUpdates) {
  for (const std::optional<Duration> wanted : {std::optional<Duration>(), std::optional<Duration>(0.01 * second)}) {
    for (const double update : {0.02, 0.1, 1.0}) {
      Calls calls;
      ScriptedRun run(PowerScript(100.0), {calls.counted(scripted_power(update * second, Duration()))}, wanted);
      run.until(21.0);
      EXPECT_NEAR(static_cast<double>(calls.times.size()), 20.0 / update, 0.03 * 20.0 / update + 2.0);
      EXPECT_GT(calls.shortest(), 0.98 * update);
    }
  }
}

TEST(Recorder, AnUnknownUpdatePeriodIsReadEachHundredMilliseconds) {
  EXPECT_EQ(read_period(sensors::Channel{}, std::nullopt), 0.1 * second);
  EXPECT_EQ(read_period(sensors::Channel{}, 1.0 * second), 1.0 * second);
}

TEST(Recorder, ACounterIsFollowedUntilItStepsAndThenLeftAlone) {
  Calls calls;
  ScriptedChannel counter = scripted_counter();
  counter.phase = 0.07 * second;
  ScriptedRun run(PowerScript(100.0), {calls.counted(counter)});
  run.until(3.02);
  calls.times.clear();
  run.edge();
  run.until(3.095);
  // From 3.02 s to the step at 3.07 s, each 2 ms.
  EXPECT_NEAR(static_cast<double>(calls.times.size()), 26.0, 2.0);
  EXPECT_LT(calls.times.back(), 3.075);
}

TEST(Recorder, ACounterThatDoesNotStepIsFollowedForAHundredAndTwentyMillisecondsAtMost) {
  Calls calls;
  ScriptedChannel counter = scripted_counter(10.0 * second);
  ScriptedRun run(PowerScript(100.0), {calls.counted(counter)});
  run.until(3.0);
  calls.times.clear();
  run.edge();
  run.until(5.0);
  EXPECT_LE(calls.times.size(), 62u);
  EXPECT_LT(calls.times.back(), 3.125);
}

TEST(Recorder, PowerIsNotFollowed) {
  Calls calls;
  ScriptedRun run(PowerScript(100.0), {calls.counted(scripted_power(0.1 * second, Duration()))});
  run.until(3.05);
  run.edge();
  run.until(4.0);
  EXPECT_GT(calls.shortest(), 0.099);
}

TEST(Recorder, ALateReaderKeepsItsRhythmAndDoesNotCatchUp) {
  Calls calls;
  ScriptedRun run(PowerScript(100.0), {calls.counted(scripted_power(0.1 * second, Duration()))});
  run.until(2.0);
  const std::size_t before = calls.times.size();
  run.clock.advance(3.05 * second);
  run.until(6.0);
  EXPECT_NEAR(static_cast<double>(calls.times.size() - before), 11.0, 1.0);
  EXPECT_GT(calls.shortest(), 0.04);
}

TEST(Recorder, ChannelsThatAreDueTogetherAreOneCall) {
  ScriptedChannel temperature;
  temperature.says.measurand = sensors::Measurand::temperature;
  temperature.plain = [](double) { return 50.0; };
  ScriptedRun run(PowerScript(100.0), {scripted_counter(), scripted_power(0.1 * second, Duration()), temperature});
  std::map<std::size_t, int> sizes;
  for (int i = 0; i < 50; ++i) {
    run.clock.wait_until(run.recorder->next_due(), run.alarm);
    run.recorder->step([&sizes](const ReadMoment& m) { sizes[m.channels.size()] += 1; });
  }
  EXPECT_EQ(sizes.size(), 1u);
  EXPECT_EQ(sizes[3], 50);
}

TEST(Recorder, ANumberThatIsNoneIsAFailedReading) {
  ScriptedChannel power = scripted_power(0.1 * second, Duration());
  power.fault = [](double, sensors::Reading& r) { r.value = std::nan(""); };
  ScriptedRun run(PowerScript(100.0), {power});
  run.until(1.5);
  EXPECT_EQ(run.trace[0].channels[0].points()[0].reading.absence, sensors::Absence::failed);
}

TEST(Recorder, AChannelThatIsMissingIsListedAndNeverRead) {
  Calls calls;
  ScriptedChannel missing = calls.counted(scripted_counter());
  missing.says.missing = "not supported";
  ScriptedRun run(PowerScript(100.0), {missing, scripted_power(0.1 * second, Duration())});
  run.until(3.0);
  run.edge();
  run.until(4.0);
  EXPECT_TRUE(calls.times.empty());
  EXPECT_EQ(run.trace[0].channels.size(), 2u);
}

TEST(Recorder, AnHourAtTenHertzOfTwelveRestlessChannelsIsUnderEightMegabytes) {
  std::vector<ScriptedChannel> channels{scripted_counter()};
  for (int i = 0; i < 11; ++i) {
    ScriptedChannel c = scripted_power(0.1 * second, Duration(), 0.0);
    c.noise_fraction = 0.01;
    channels.push_back(c);
  }
  ScriptedRun run(PowerScript(300.0), std::move(channels));
  run.until(361.0);  // a tenth of it
  std::size_t points = 0;
  for (const Series& s : run.trace[0].channels) points += s.size();
  EXPECT_LT(points * 16 * 10, 8'000'000u);
}

}  // namespace
}  // namespace diffjoule::measure
