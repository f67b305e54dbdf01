// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/os/clock.h"

namespace diffjoule::fakes {

// Time that passes when it is told to, or when somebody waits.
class ManualClock final : public os::Clock {
 public:
  [[nodiscard]] os::Instant now() const override { return now_; }
  [[nodiscard]] Duration since_epoch() const override { return epoch_ + (now_ - os::Instant{}) + jump_; }
  bool wait_until(os::Instant until, os::Alarm& alarm) override {
    if (alarm.rung()) return true;
    if (until > now_) now_ = until;
    return false;
  }
  void advance(Duration by) { now_ = now_ + by; }
  void jump_wall_clock(Duration by) { jump_ += by; }  // as when somebody sets the time

 private:
  os::Instant now_ = os::Instant::at_nanoseconds(1'000'000'000);
  Duration epoch_ = 1.8e9 * second, jump_;
};

}  // namespace diffjoule::fakes
