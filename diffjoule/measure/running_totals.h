// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/measure/meter.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/sensors/sensor.h"

// Energy so far, for ever, in bounded memory: what an endpoint that is scraped shows. A part's energy counter where it
// has one, else its power integrated; a counter that fell and a silence longer than `longest_gap` add nothing and are
// counted.
namespace diffjoule::measure {

struct RunningPart {
  std::size_t device = 0;  // index into what it was made with
  sensors::Part part = sensors::Part::gpu;
  std::string rail = {};                      // which, of a rail: a device has several
  std::optional<Energy> energy;               // absent: nothing was read yet
  std::optional<Energy> unused;               // of it, while the device's utilization read 0; absent: it does not tell
  std::optional<Power> power;                 // the latest; absent: not read
  std::map<std::string, Energy> phases = {};  // of it, by name of phase
  std::uint64_t gaps = 0;                     // readings that could not be joined to the one before
};

// Phases of a name whose energy is known of all GPUs that were read.
struct GpuPhases {
  std::uint64_t count = 0;
  Energy energy;
};

class RunningTotals final : public Sink {
 public:
  explicit RunningTotals(std::vector<sensors::DeviceInfo> devices);

  void take(const Tick& tick) override;
  // A phase that is over; its energy is added once the readings have reached its end. A part that stays silent for
  // longer than `longest_gap` after it (and than it usually does) is no longer waited for: it lacks that phase.
  void add(const Span& span);

  [[nodiscard]] const std::vector<sensors::DeviceInfo>& devices() const { return devices_; }
  [[nodiscard]] std::vector<RunningPart> parts() const;
  // Time by reason, a map a device.
  [[nodiscard]] std::vector<std::map<std::string, Duration>> throttled() const;
  [[nodiscard]] std::map<std::string, std::uint64_t> phase_counts() const;
  [[nodiscard]] std::uint64_t phases_left_out() const;  // of a part at least: not remembered, or it was silent
  [[nodiscard]] std::map<std::string, GpuPhases> gpu_phases() const;
  // Of all GPUs from one moment to another; nullopt where that is not remembered, or not known yet.
  [[nodiscard]] std::optional<Energy> gpu_energy(os::Instant begin, os::Instant end) const;

  static constexpr std::size_t remembered = 20'000, most_pending = 100'000, most_names = 1'000;
  static constexpr Duration longest_gap = 30.0 * second;

 private:
  struct Moment {
    os::Instant time;
    Energy energy;
  };
  struct Account {
    RunningPart shown;
    std::optional<std::size_t> counter, meter;   // channels: energy, power
    std::optional<Moment> last_counter;          // as it was read
    std::optional<os::Instant> last_power_time;  // of shown.power
    std::deque<Moment> history = {};             // shown.energy over time
  };
  void take_counter(Account& account, const sensors::Channel& channel, os::Instant time,
                    const sensors::Reading& reading);
  void take_power(Account& account, os::Instant time, const sensors::Reading& reading);
  void take_throttling(std::size_t device, os::Instant time, const sensors::Reading& reading);
  void grow(Account& account, os::Instant time, Energy by);
  void settle();
  bool settle(const Span& span);
  [[nodiscard]] bool is_awaited(const Account& account, os::Instant end) const;

  mutable std::mutex mutex_;
  std::vector<sensors::DeviceInfo> devices_;
  std::vector<Account> accounts_;
  std::vector<std::optional<bool>> unused_;  // a device each
  std::vector<std::map<std::string, Duration>> throttled_;
  std::vector<std::optional<os::Instant>> throttling_seen_;
  std::deque<Span> pending_;
  os::Instant latest_;  // of what was heard
  std::map<std::string, std::uint64_t> counts_;
  std::map<std::string, GpuPhases> gpu_phases_;
  std::uint64_t left_out_ = 0;
};

}  // namespace diffjoule::measure
