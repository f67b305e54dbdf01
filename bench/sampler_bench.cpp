// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0

// What metering costs: a scripted device of twelve channels under a clock that is moved by hand, so that an hour passes
// in a moment. Counters: CPU seconds of an hour at 10 Hz, bytes the trace of it needs, and what an answer costs.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <cmath>
#include <memory>
#include <vector>

#include "diffjoule/measure/meter.h"
#include "diffjoule/measure/part.h"
#include "diffjoule/measure/recorder.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/scripted_sensor.h"

namespace {

using namespace diffjoule;

// A device that answers at once: what is timed is the meter.
class QuickDevice final : public sensors::Device {
 public:
  QuickDevice() {
    info_.driver = "bench";
    info_.id = "gpu-0";
    for (int i = 0; i < 12; ++i) {
      sensors::Channel c;
      c.name = "channel " + std::to_string(i);
      c.measurand = i == 0 ? sensors::Measurand::energy : i < 3 ? sensors::Measurand::power : sensors::Measurand::clock;
      c.update_period = 0.1 * second;
      c.averaging_window = 0.025 * second;
      info_.channels.push_back(c);
    }
  }
  [[nodiscard]] const sensors::DeviceInfo& info() const override { return info_; }
  void read(std::span<const std::size_t> channels, std::span<sensors::Reading> out) override {
    ++count_;
    for (std::size_t i = 0; i < channels.size(); ++i) {
      const double wave = std::sin(0.01 * static_cast<double>(count_) + static_cast<double>(i));
      out[i].value = channels[i] == 0 ? 30.0 * static_cast<double>(count_) : 300.0 + 50.0 * wave;
    }
  }

 private:
  sensors::DeviceInfo info_;
  long count_ = 0;
};

struct Hour {
  explicit Hour(double seconds) {
    measure::Recorder::Devices devices;
    devices.push_back(std::make_unique<QuickDevice>());
    measure::Recorder recorder(std::move(devices), clock, std::nullopt, nullptr);
    trace = recorder.blank();
    const os::Instant end = clock.now() + seconds * second;
    begin = clock.now();
    while (recorder.next_due() < end) {
      clock.wait_until(recorder.next_due(), alarm);
      recorder.step([this](const measure::ReadMoment& m) {
        for (std::size_t i = 0; i < m.channels.size(); ++i) trace[0].channels[m.channels[i]].add(m.time, m.readings[i]);
      });
    }
  }
  fakes::ManualClock clock;
  os::Alarm alarm;
  os::Instant begin;
  measure::Trace trace;
};

void sample_an_hour(benchmark::State& state) {
  double points = 0.0;
  for (auto _ : state) {
    const Hour hour(3600.0);
    points = 0.0;
    for (const measure::Series& s : hour.trace[0].channels) points += static_cast<double>(s.size());
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["trace_MB"] = points * 16.0 / 1e6;
  state.counters["peak_RSS_MB"] = static_cast<double>(usage.ru_maxrss) / 1e3;
}

void energy_of_an_hour(benchmark::State& state) {
  const Hour hour(3600.0);
  const auto parts = measure::parts_of(hour.trace[0].device);
  const measure::Cover cover({{hour.begin + 5.0 * second, hour.begin + 3590.0 * second}});
  for (auto _ : state) benchmark::DoNotOptimize(measure::part_energy(hour.trace[0], parts[0], cover, std::nullopt));
}

// The real thread on the real clock, for five seconds.
void own_cpu(benchmark::State& state) {
  for (auto _ : state) {
    os::SystemClock clock;
    sensors::Found found;
    found.devices.push_back(std::make_unique<QuickDevice>());
    const auto meter = measure::Meter::open(std::move(found), clock, {});
    const os::Instant begin = clock.now();
    os::Alarm nobody;
    clock.wait_until(begin + 5.0 * second, nobody);
    (*meter)->stop();
    const measure::Measurement m = (*meter)->measurement(begin, clock.now());
    state.counters["share_of_a_core"] = m.own_cpu_time / m.whole.elapsed;
    state.counters["cpu_s_per_hour"] = m.own_cpu_time / m.whole.elapsed * 3600.0;
  }
}

BENCHMARK(own_cpu)->Iterations(1)->Unit(benchmark::kMillisecond);
BENCHMARK(sample_an_hour)->Unit(benchmark::kMillisecond);
BENCHMARK(energy_of_an_hour)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
