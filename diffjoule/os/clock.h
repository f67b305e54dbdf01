// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>

#include "diffjoule/units/units.h"

// Monotonic time, and the wall clock as a label. Whoever needs time is given a Clock; tests move one by hand.
namespace diffjoule::os {

// A moment of the monotonic clock (CLOCK_MONOTONIC), in nanoseconds since an origin that means nothing.
class Instant {
 public:
  constexpr Instant() = default;
  [[nodiscard]] static constexpr Instant at_nanoseconds(std::int64_t ns) {
    Instant t;
    t.ns_ = ns;
    return t;
  }
  [[nodiscard]] constexpr std::int64_t nanoseconds() const { return ns_; }

  friend constexpr auto operator<=>(Instant, Instant) = default;
  friend constexpr Duration operator-(Instant a, Instant b) {
    return static_cast<double>(a.ns_ - b.ns_) * 1e-9 * second;
  }
  friend constexpr Instant operator+(Instant t, Duration d) {
    return at_nanoseconds(t.ns_ + static_cast<std::int64_t>(d.in(second)*1e9));
  }
  friend constexpr Instant operator-(Instant t, Duration d) { return t + -1.0 * d; }

 private:
  std::int64_t ns_ = 0;
};

// Ends a wait early, from any thread.
class Alarm {
 public:
  void ring();
  [[nodiscard]] bool rung() const;
  void reset();

 private:
  friend class SystemClock;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool rung_ = false;
};

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual Instant now() const = 0;
  // The wall clock, since 1970-01-01 UTC. May jump: a label for people, never subtracted.
  [[nodiscard]] virtual Duration since_epoch() const = 0;
  // Waits until that moment or until the alarm rings; true where it rang. Does not reset it.
  virtual bool wait_until(Instant until, Alarm& alarm) = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] Instant now() const override;
  [[nodiscard]] Duration since_epoch() const override;
  bool wait_until(Instant until, Alarm& alarm) override;
};

// "2026-11-28T19:33:05.123Z" from a since_epoch().
[[nodiscard]] std::string utc_text(Duration since_epoch);

}  // namespace diffjoule::os
