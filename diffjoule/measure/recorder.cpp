// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/recorder.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "diffjoule/measure/schedule.h"

namespace diffjoule::measure {
namespace {

constexpr Duration together = 0.0005 * second;
constexpr double silent_periods = 3.0;

}  // namespace

Recorder::Recorder(Devices devices, os::Clock& clock, std::optional<Duration> period,
                   std::function<Duration()> cpu_time)
    : devices_(std::move(devices)), clock_(clock), cpu_time_(std::move(cpu_time)) {
  const os::Instant now = clock_.now();
  for (const auto& device : devices_) {
    std::vector<Turn>& turns = turns_.emplace_back();
    const auto& channels = device->info().channels;
    for (std::size_t c = 0; c < channels.size(); ++c) {
      if (channels[c].missing) continue;
      Turn turn;
      turn.channel = c;
      turn.period = read_period(channels[c], period);
      turn.due = now;
      turn.counter = channels[c].measurand == sensors::Measurand::energy;
      turns.push_back(turn);
    }
  }
}

os::Instant Recorder::next_due() const {
  os::Instant next = os::Instant::at_nanoseconds(INT64_MAX);
  for (const auto& turns : turns_) {
    for (const Turn& turn : turns) {
      next = std::min(next, turn.due);
      if (turn.follow_next) next = std::min(next, *turn.follow_next);
    }
  }
  return next;
}

void Recorder::step(const std::function<void(const ReadMoment&)>& take) {
  for (std::size_t d = 0; d < devices_.size(); ++d) {
    const os::Instant now = clock_.now() + together;
    ReadMoment moment;
    std::vector<Turn*> due;
    for (Turn& turn : turns_[d]) {
      if (turn.due > now && !(turn.follow_next && *turn.follow_next <= now)) continue;
      due.push_back(&turn);
      moment.channels.push_back(turn.channel);
    }
    if (due.empty()) continue;
    moment.device = d;
    moment.readings.resize(due.size());
    const Duration cpu = cpu_time_ ? cpu_time_() : Duration{};
    const os::Instant begin = clock_.now();
    devices_[d]->read(moment.channels, moment.readings);
    const os::Instant end = clock_.now();
    if (cpu_time_) driver_time_ += cpu_time_() - cpu;
    moment.time = begin + 0.5 * (end - begin);
    for (std::size_t i = 0; i < due.size(); ++i) {
      sensors::Reading& reading = moment.readings[i];
      if (reading.there() && !std::isfinite(reading.value)) reading = {0.0, sensors::Absence::failed};
      move_on(*due[i], end, reading);
    }
    take(moment);
  }
}

void Recorder::move_on(Turn& turn, os::Instant now, const sensors::Reading& reading) {
  if (turn.due <= now + together) {
    const double behind = std::floor((now - turn.due) / turn.period);
    turn.due = turn.due + (std::max(0.0, behind) + 1.0) * turn.period;
  }
  if (!turn.follow_next) return;
  const bool stepped = turn.stood && reading.value != *turn.stood;
  if (!turn.stood) turn.stood = reading.value;
  if (stepped || !reading.there() || now >= turn.follow_until) {
    turn.follow_next.reset();
  } else {
    turn.follow_next = now + following_interval;
  }
}

void Recorder::follow(os::Instant edge) {
  for (auto& turns : turns_) {
    for (Turn& turn : turns) {
      if (!turn.counter) continue;
      turn.follow_next = edge;
      turn.follow_until = edge + longest_following;
      turn.stood.reset();
    }
  }
}

Duration Recorder::period(std::size_t device, std::size_t channel) const {
  for (const Turn& turn : turns_[device]) {
    if (turn.channel == channel) return turn.period;
  }
  return usual_period;
}

Trace Recorder::blank() const {
  Trace trace;
  for (std::size_t d = 0; d < devices_.size(); ++d) {
    DeviceTrace& device = trace.emplace_back();
    device.device = devices_[d]->info();
    for (std::size_t c = 0; c < device.device.channels.size(); ++c)
      device.channels.emplace_back(silent_periods * period(d, c));
  }
  return trace;
}

}  // namespace diffjoule::measure
