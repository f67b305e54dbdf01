// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/clock.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace diffjoule::os {

using std::chrono::steady_clock;  // CLOCK_MONOTONIC on Linux
using std::chrono::system_clock;

void Alarm::ring() {
  {
    const std::lock_guard lock(mutex_);
    rung_ = true;
  }
  changed_.notify_all();
}

bool Alarm::rung() const {
  const std::lock_guard lock(mutex_);
  return rung_;
}

void Alarm::reset() {
  const std::lock_guard lock(mutex_);
  rung_ = false;
}

Instant SystemClock::now() const {
  return Instant::at_nanoseconds(
      std::chrono::duration_cast<std::chrono::nanoseconds>(steady_clock::now().time_since_epoch()).count());
}

Duration SystemClock::since_epoch() const {
  return std::chrono::duration<double>(system_clock::now().time_since_epoch()).count() * second;
}

bool SystemClock::wait_until(Instant until, Alarm& alarm) {
  const steady_clock::time_point moment{
      std::chrono::duration_cast<steady_clock::duration>(std::chrono::nanoseconds(until.nanoseconds()))};
  std::unique_lock lock(alarm.mutex_);
  return alarm.changed_.wait_until(lock, moment, [&alarm] { return alarm.rung_; });
}

std::string utc_text(Duration since_epoch) {
  const auto milliseconds = static_cast<std::int64_t>(std::floor(since_epoch.in(second)*1e3 + 0.5));
  const std::time_t whole = static_cast<std::time_t>(milliseconds / 1000);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  char text[64];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text + length, sizeof text - length, ".%03dZ", static_cast<int>(milliseconds % 1000));
  return text;
}

}  // namespace diffjoule::os
