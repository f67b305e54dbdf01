// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/meter.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "tests/measure/scripted_run.h"

// The whole meter on the real clock: fractions of a second, and many threads.
namespace diffjoule::measure {
namespace {

using fakes::PowerScript;
using fakes::scripted_counter;
using fakes::scripted_power;

// Quick sensors, so that tests are quick; 200 W.
sensors::Found found(os::Clock& clock, int devices = 1) {
  sensors::Found f;
  for (int i = 0; i < devices; ++i) {
    auto device = std::make_unique<fakes::ScriptedDevice>(
        "gpu-" + std::to_string(i), PowerScript(200.0), clock,
        std::vector{scripted_counter(0.02 * second), scripted_power(0.02 * second, 0.01 * second)});
    device->who = std::vector<sensors::Occupant>{{1, 0.75}, {2, 0.25}};
    f.devices.push_back(std::move(device));
  }
  f.advice = {"rapl: chmod o+r"};
  return f;
}

std::unique_ptr<Meter> opened(os::Clock& clock, MeterOptions options = {}, int devices = 1) {
  auto meter = Meter::open(found(clock, devices), clock, std::move(options));
  EXPECT_TRUE(meter);
  return std::move(*meter);
}

void pass(os::Clock& clock, double seconds) {
  os::Alarm nobody;
  clock.wait_until(clock.now() + seconds * second, nobody);
}

TEST(Meter, AWindowHasItsEnergyWhileSamplingGoesOn) {
  os::SystemClock clock;
  const auto meter = opened(clock);
  pass(clock, 0.1);
  const std::uint64_t window = meter->begin("denoise");
  pass(clock, 0.4);
  EXPECT_FALSE(meter->result(window));  // not ended
  meter->end(window);
  const auto phase = meter->result(window);
  ASSERT_TRUE(phase) << phase.error().message();
  EXPECT_EQ(phase->name, "denoise");
  ASSERT_EQ(phase->parts.size(), 1u);
  ASSERT_TRUE(phase->parts[0].energy) << phase->parts[0].missing;
  EXPECT_NEAR(phase->parts[0].energy->value.in(joule), 200.0 * phase->elapsed.in(second), 2.0);
  EXPECT_FALSE(meter->result(4711));
  meter->end(4711);
}

TEST(Meter, AMeasurementHasPhasesIdleAttributionAndItsOwnCost) {
  os::SystemClock clock;
  const auto meter = opened(clock, {.own_processes = {1}});
  os::Alarm never;
  meter->take_idle(0.3 * second, Idle::Kind::no_context, true, never);
  const os::Instant begin = clock.now();
  const std::uint64_t run = meter->begin({});
  for (int i = 0; i < 3; ++i) {
    const std::uint64_t step = meter->begin("step");
    pass(clock, 0.1);
    meter->end(step);
  }
  meter->add({"decode", begin, begin + 0.2 * second});
  meter->end(run);
  const Measurement m = meter->measurement(begin, clock.now());
  ASSERT_EQ(m.phases.size(), 2u);
  EXPECT_EQ(m.phases[0].name, "decode");
  EXPECT_EQ(m.phases[1].count, 3u);
  const PartEnergy& gpu = m.whole.parts[0];
  ASSERT_TRUE(gpu.energy && gpu.above_idle) << gpu.missing;
  EXPECT_NEAR(gpu.above_idle->value.in(joule), 0.0, 4.0);
  EXPECT_NEAR(*gpu.attributed, 0.75, 1e-9);
  EXPECT_TRUE(has(gpu.verdict, DoubtKind::shared));
  ASSERT_EQ(m.idle.size(), 1u);
  EXPECT_NEAR(m.idle[0].before->power.value.in(watt), 200.0, 4.0);
  EXPECT_GT(m.own_cpu_time, Duration());
  EXPECT_EQ(m.notes[0], "rapl: chmod o+r");
  EXPECT_TRUE(m.verdict.empty());
  EXPECT_NEAR((m.started - clock.since_epoch()).in(second), 0.0, 5.0);
}

TEST(Meter, APhaseMayHaveAnyNameAndAWindowWithoutOneIsNoPhase) {
  os::SystemClock clock;
  const auto meter = opened(clock);
  const os::Instant begin = clock.now();
  const std::uint64_t own = meter->begin({});
  for (const char* name : {"run", "idle", "repeat"}) {
    const std::uint64_t window = meter->begin(name);
    pass(clock, 0.02);
    meter->end(window);
  }
  meter->end(own);
  const Measurement m = meter->measurement(begin, clock.now());
  ASSERT_EQ(m.phases.size(), 3u);
  EXPECT_EQ(m.phases[0].name, "run");
  EXPECT_EQ(m.phases[2].name, "repeat");
  EXPECT_TRUE(meter->result(own));
}

TEST(Meter, WithoutASensorItSaysSoAndStillKeepsTime) {
  os::SystemClock clock;
  auto meter = Meter::open({}, clock, {});
  ASSERT_TRUE(meter);
  const os::Instant begin = clock.now();
  pass(clock, 0.01);
  const Measurement m = (*meter)->measurement(begin, clock.now());
  EXPECT_TRUE(has(m.verdict, DoubtKind::no_sensor));
  EXPECT_GT(m.whole.elapsed, 0.009 * second);
  EXPECT_FALSE(totals(m.whole).all);
}

TEST(Meter, DevicesAreChosenByTheBeginningOfTheirIds) {
  os::SystemClock clock;
  EXPECT_EQ(opened(clock, {.devices = {"gpu-1"}}, 3)->devices().size(), 1u);
  const auto none = Meter::open(found(clock, 2), clock, {.devices = {"tpu"}});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message().find("gpu-0, gpu-1"), std::string::npos);
  EXPECT_FALSE(Meter::open(found(clock), clock, {.period = 0.001 * second}));
}

TEST(Meter, ResultsStayWhenItHasStopped) {
  os::SystemClock clock;
  const auto meter = opened(clock);
  pass(clock, 0.1);
  const std::uint64_t window = meter->begin("a");
  pass(clock, 0.2);
  meter->end(window);
  meter->stop();
  const auto phase = meter->result(window);
  ASSERT_TRUE(phase);
  EXPECT_TRUE(phase->parts[0].energy) << phase->parts[0].missing;
}

TEST(Meter, ASinkSeesEveryReading) {
  struct Counting final : Sink {
    void take(const Tick& tick) override {
      readings += tick.readings.size();
      equal = equal && tick.readings.size() == tick.channels.size();
    }
    std::atomic<std::size_t> readings = 0;
    bool equal = true;
  } sink;
  os::SystemClock clock;
  {
    const auto meter = opened(clock, {.sink = &sink});
    pass(clock, 0.1);
  }
  EXPECT_GT(sink.readings, 3u);
  EXPECT_TRUE(sink.equal);
}

TEST(Meter, AnIdleThatIsInterruptedEndsAtOnce) {
  os::SystemClock clock;
  const auto meter = opened(clock);
  os::Alarm stop;
  stop.ring();
  const os::Instant begin = clock.now();
  meter->take_idle(3600.0 * second, Idle::Kind::unknown, true, stop);
  EXPECT_LT(clock.now() - begin, 10.0 * second);
}

TEST(Meter, AnyThreadMayMarkWindowsWhileOthersAskForResults) {
  os::SystemClock clock;
  const auto meter = opened(clock, {.own_processes = {1}}, 2);
  const os::Instant begin = clock.now();
  std::vector<std::thread> threads;
  std::atomic<int> ended = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&meter, &clock, &ended, t] {
      for (int i = 0; i < 20; ++i) {
        const std::uint64_t window = meter->begin("phase-" + std::to_string(t % 2));
        pass(clock, 0.002);
        meter->end(window);
        if (i % 10 == 9 && meter->result(window)) ++ended;
      }
    });
  }
  threads.emplace_back([&meter, &clock, begin] {
    for (int i = 0; i < 3; ++i) (void)meter->measurement(begin, clock.now());
  });
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(ended, 8);
  const Measurement m = meter->measurement(begin, clock.now());
  ASSERT_EQ(m.phases.size(), 2u);
  EXPECT_EQ(m.phases[0].count + m.phases[1].count, 80u);
}

TEST(Meter, WhatIsForgottenCostsNothingAndWhatFollowsIsMeasured) {
  os::SystemClock clock;
  const auto meter = opened(clock);
  os::Alarm never;
  meter->take_idle(0.2 * second, Idle::Kind::no_context, true, never);
  const std::uint64_t first = meter->begin("first");
  pass(clock, 0.1);
  meter->end(first);
  ASSERT_TRUE(meter->result(first));
  pass(clock, 0.2);
  meter->forget(clock.now() - 0.1 * second);
  EXPECT_FALSE(meter->result(first));
  const os::Instant begin = clock.now();
  const std::uint64_t later = meter->begin("later");
  pass(clock, 0.3);
  meter->end(later);
  const Measurement m = meter->measurement(begin, clock.now());
  ASSERT_EQ(m.phases.size(), 1u);
  ASSERT_TRUE(m.phases[0].parts[0].energy) << m.phases[0].parts[0].missing;
  EXPECT_NEAR(m.phases[0].parts[0].energy->value.in(joule), 200.0 * m.phases[0].elapsed.in(second), 2.0);
  ASSERT_EQ(m.idle.size(), 1u);  // stays
  EXPECT_TRUE(m.whole.parts[0].above_idle);
}

}  // namespace
}  // namespace diffjoule::measure
