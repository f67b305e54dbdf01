// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/sampler.h"

#include <gtest/gtest.h>

#include <atomic>

#include "tests/fakes/scripted_sensor.h"

// The thread itself, on the real clock, for fractions of a second.
namespace diffjoule::measure {
namespace {

Recorder recorder(os::Clock& clock, std::atomic<int>& reads) {
  fakes::ScriptedChannel power = fakes::scripted_power(0.01 * second, Duration());
  power.fault = [&reads](double, sensors::Reading&) { ++reads; };
  auto device = std::make_unique<fakes::ScriptedDevice>("gpu-0", fakes::PowerScript(100.0), clock,
                                                        std::vector{power, fakes::scripted_counter()});
  device->who = std::vector<sensors::Occupant>{{7, 0.5}};
  Recorder::Devices devices;
  devices.push_back(std::move(device));
  return {std::move(devices), clock, std::nullopt, thread_cpu_time};
}

TEST(Sampler, ReadsWhatIsDueAndCountsItsOwnCpuTime) {
  os::SystemClock clock;
  std::atomic<int> reads = 0;
  std::atomic<std::size_t> taken = 0, looked = 0;
  Sampler sampler(
      recorder(clock, reads), clock,
      {[&taken](const ReadMoment& m) { taken += m.channels.size(); },
       [&looked](std::size_t, os::Instant, const std::vector<sensors::Occupant>& o) { looked += o.size(); }});
  os::Alarm nobody;
  const os::Instant begin = clock.now();
  while (taken < 20 && clock.now() - begin < 20.0 * second) clock.wait_until(clock.now() + 0.01 * second, nobody);
  sampler.stop();
  sampler.stop();
  EXPECT_GE(taken, 20u);
  EXPECT_EQ(looked, 1u + static_cast<std::size_t>((clock.now() - begin).in(second) > 1.0 ? looked - 1 : 0));
  EXPECT_GT(sampler.own_cpu_time(), Duration());
  EXPECT_LE(sampler.driver_time(), sampler.own_cpu_time());
  const int after = reads;
  clock.wait_until(clock.now() + 0.03 * second, nobody);
  EXPECT_EQ(reads, after);
}

TEST(Sampler, StopsAtOnceThoughNothingIsDue) {
  os::SystemClock clock;
  const os::Instant begin = clock.now();
  {
    Sampler sampler(Recorder({}, clock, std::nullopt, nullptr), clock, {[](const ReadMoment&) {}, {}});
  }
  EXPECT_LT(clock.now() - begin, 0.9 * second);
}

}  // namespace
}  // namespace diffjoule::measure
