// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/part.h"
#include "diffjoule/measure/recorder.h"
#include "tests/fakes/manual_clock.h"
#include "tests/fakes/scripted_sensor.h"

// A recorder over one scripted device under a manual clock: what the sampler's thread does, without the thread.
namespace diffjoule::measure {

struct ScriptedRun {
  explicit ScriptedRun(fakes::PowerScript script, std::vector<fakes::ScriptedChannel> channels,
                       std::optional<Duration> wanted = std::nullopt, Duration call = {}, std::uint64_t seed = 1)
      : period(wanted) {
    auto made =
        std::make_unique<fakes::ScriptedDevice>("gpu-0", std::move(script), clock, std::move(channels), call, seed);
    device = made.get();
    device->spend = [this](Duration d) { clock.advance(d); };
    Recorder::Devices devices;
    devices.push_back(std::move(made));
    recorder.emplace(std::move(devices), clock, period, nullptr);
    trace = recorder->blank();
  }

  // Samples until then; `late` says by how much each wake-up is late.
  void until(double t, const std::function<Duration()>& late = {}) {
    const os::Instant end = os::Instant::at_nanoseconds(static_cast<std::int64_t>(t * 1e9));
    while (recorder->next_due() <= end) {
      os::Instant due = recorder->next_due();
      if (late) due = due + late();
      clock.wait_until(due, alarm);
      recorder->step([this](const ReadMoment& m) {
        for (std::size_t i = 0; i < m.channels.size(); ++i)
          trace[m.device].channels[m.channels[i]].add(m.time, m.readings[i]);
      });
    }
    clock.wait_until(end, alarm);
  }

  // Follows the counter from now, as a window's edge does.
  os::Instant edge() {
    recorder->follow(clock.now());
    return clock.now();
  }

  [[nodiscard]] PartEnergy part(const Cover& cover, std::size_t index = 0) const {
    return part_energy(trace[0], parts_of(trace[0].device)[index], cover, period);
  }
  [[nodiscard]] double truth(const Cover& cover) const {
    double sum = 0.0;
    for (const Stretch& s : cover.stretches()) sum += device->script().energy(s.begin, s.end);
    return sum;
  }

  fakes::ManualClock clock;
  os::Alarm alarm;
  std::optional<Duration> period;
  fakes::ScriptedDevice* device = nullptr;
  std::optional<Recorder> recorder;
  Trace trace;
};

[[nodiscard]] inline bool has(const Verdict& verdict, DoubtKind kind) {
  for (const Doubt& d : verdict) {
    if (d.kind == kind) return true;
  }
  return false;
}

}  // namespace diffjoule::measure
