// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "diffjoule/measure/recorder.h"

// The one thread of the library: sleeps until the recorder has something due, reads it, hands it on. `take` and `look`
// are called in it.
namespace diffjoule::measure {

// Who is on a device is asked so often.
inline constexpr Duration looking_interval = 1.0 * second;

class Sampler {
 public:
  struct Hands {
    std::function<void(const ReadMoment&)> take;
    std::function<void(std::size_t device, os::Instant, const std::vector<sensors::Occupant>&)> look;  // may be empty
  };
  Sampler(Recorder recorder, os::Clock& clock, Hands hands);
  ~Sampler();
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;

  // From any thread: the counters are followed from that moment on, which is now.
  void follow(os::Instant edge);
  void stop();

  [[nodiscard]] const Recorder& recorder() const { return recorder_; }
  [[nodiscard]] Duration own_cpu_time() const { return static_cast<double>(cpu_ns_.load()) * 1e-9 * second; }
  [[nodiscard]] Duration driver_time() const { return static_cast<double>(driver_ns_.load()) * 1e-9 * second; }

 private:
  void run();
  void look(os::Instant now);

  Recorder recorder_;
  os::Clock& clock_;
  Hands hands_;
  os::Alarm alarm_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::int64_t> cpu_ns_ = 0, driver_ns_ = 0;
  Duration looking_time_;
  std::mutex mutex_;
  std::optional<os::Instant> edge_;  // the latest that the thread has not seen
  std::mutex stop_mutex_;            // stop() may be called twice at once
  std::thread thread_;               // last: starts when all else is there
};

// CPU time of the calling thread.
[[nodiscard]] Duration thread_cpu_time();

}  // namespace diffjoule::measure
