// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/running_totals.h"

#include <algorithm>

#include "diffjoule/measure/counter.h"
#include "diffjoule/sensors/throttle.h"

namespace diffjoule::measure {
namespace {

using sensors::Measurand;

constexpr const char* too_many_names = "other";

// Linear between the readings around that moment.
template <class History>
std::optional<Energy> energy_at(const History& history, os::Instant time) {
  if (history.empty() || time < history.front().time || time > history.back().time) return std::nullopt;
  const auto after = std::lower_bound(history.begin(), history.end(), time,
                                      [](const auto& moment, os::Instant t) { return moment.time < t; });
  if (after == history.begin()) return after->energy;
  const auto before = std::prev(after);
  const double share = (time - before->time) / (after->time - before->time);
  return before->energy + share * (after->energy - before->energy);
}

bool is_gpu(sensors::Part part) { return part == sensors::Part::gpu; }

// "power.VDD_CPU" and "energy.VDD_CPU" are of one rail.
std::string rail_of(const sensors::Channel& channel) {
  return channel.part == sensors::Part::rail ? channel.name.substr(channel.name.find('.') + 1) : std::string();
}

}  // namespace

RunningTotals::RunningTotals(std::vector<sensors::DeviceInfo> devices)
    : devices_(std::move(devices)),
      unused_(devices_.size()),
      throttled_(devices_.size()),
      throttling_seen_(devices_.size()) {
  for (std::size_t device = 0; device < devices_.size(); ++device) {
    for (std::size_t c = 0; c < devices_[device].channels.size(); ++c) {
      const sensors::Channel& channel = devices_[device].channels[c];
      const bool of_energy = channel.measurand == Measurand::energy, of_power = channel.measurand == Measurand::power;
      if (channel.missing || !(of_energy || of_power)) continue;
      const std::string rail = rail_of(channel);
      auto account = std::find_if(accounts_.begin(), accounts_.end(), [&](const Account& a) {
        return a.shown.device == device && a.shown.part == channel.part && a.shown.rail == rail;
      });
      if (account == accounts_.end()) {
        accounts_.push_back(Account{{device, channel.part, rail, {}, {}, {}}, {}, {}, {}, {}});
        account = std::prev(accounts_.end());
      }
      std::optional<std::size_t>& place = of_energy ? account->counter : account->meter;
      if (!place) place = c;
    }
  }
}

void RunningTotals::take(const Tick& tick) {
  const std::lock_guard lock(mutex_);
  latest_ = std::max(latest_, tick.time);
  const std::vector<sensors::Channel>& channels = devices_[tick.device].channels;
  for (std::size_t i = 0; i < tick.channels.size(); ++i) {
    const std::size_t c = tick.channels[i];
    const sensors::Reading& reading = tick.readings[i];
    if (channels[c].measurand == Measurand::utilization && reading.there()) unused_[tick.device] = reading.value == 0.0;
    if (channels[c].measurand == Measurand::throttle_reasons) take_throttling(tick.device, tick.time, reading);
    for (Account& account : accounts_) {
      if (account.shown.device != tick.device) continue;
      if (account.counter == c) take_counter(account, channels[c], tick.time, reading);
      if (account.meter == c) take_power(account, tick.time, reading);
    }
  }
  settle();
}

void RunningTotals::take_counter(Account& account, const sensors::Channel& channel, os::Instant time,
                                 const sensors::Reading& reading) {
  if (!reading.there()) return;
  const Energy value = reading.value * joule;
  const std::optional<Moment> last = std::exchange(account.last_counter, Moment{time, value});
  Energy by;
  if (last) {
    const CounterStep step = counter_step(channel, last->energy, value, time - last->time + channel.update_period);
    if (step.broken) {
      ++account.shown.gaps;
    } else {
      by = step.by;
    }
  }
  grow(account, time, by);
}

void RunningTotals::take_power(Account& account, os::Instant time, const sensors::Reading& reading) {
  const std::optional<Power> before = account.shown.power;
  const std::optional<os::Instant> since = std::exchange(account.last_power_time, time);
  account.shown.power = reading.there() ? std::optional<Power>(reading.value * watt) : std::nullopt;
  if (account.counter) return;
  if (!account.shown.power) return;
  Energy by;
  if (before && since && time - *since <= longest_gap) {
    by = 0.5 * (*before + *account.shown.power) * (time - *since);
  } else if (account.shown.energy) {
    ++account.shown.gaps;
  }
  grow(account, time, by);
}

void RunningTotals::take_throttling(std::size_t device, os::Instant time, const sensors::Reading& reading) {
  const auto since = std::exchange(throttling_seen_[device], time);
  if (!since || !reading.there() || time - *since > longest_gap) return;
  for (const std::string& reason : sensors::throttle_names(static_cast<std::uint32_t>(reading.value)))
    throttled_[device][reason] = throttled_[device][reason] + (time - *since);
}

void RunningTotals::grow(Account& account, os::Instant time, Energy by) {
  account.shown.energy = account.shown.energy.value_or(Energy()) + by;
  if (const auto& unused = unused_[account.shown.device])
    account.shown.unused = account.shown.unused.value_or(Energy()) + (*unused ? by : Energy());
  account.history.push_back({time, *account.shown.energy});
  if (account.history.size() > remembered) account.history.pop_front();
}

void RunningTotals::add(const Span& span) {
  const std::lock_guard lock(mutex_);
  if (pending_.size() >= most_pending) {
    ++left_out_;
    return;
  }
  latest_ = std::max(latest_, span.end);
  pending_.push_back(span);
  settle();
}

void RunningTotals::settle() {
  const auto is_settled = [this](const Span& span) { return settle(span); };
  pending_.erase(std::remove_if(pending_.begin(), pending_.end(), is_settled), pending_.end());
}

bool RunningTotals::is_awaited(const Account& account, os::Instant end) const {
  const std::deque<Moment>& history = account.history;
  if (history.empty() || history.back().time >= end) return false;
  const Duration usual = history.size() < 2 ? Duration() : history.back().time - history[history.size() - 2].time;
  return latest_ - end <= std::max(longest_gap, 2.0 * usual);
}

bool RunningTotals::settle(const Span& span) {
  for (const Account& account : accounts_) {
    if (is_awaited(account, span.end)) return false;
  }
  const bool known = counts_.count(span.name) != 0 || counts_.size() < most_names;
  const std::string name = known ? span.name : too_many_names;
  ++counts_[name];
  bool whole = true, of_all_gpus = true;
  std::optional<Energy> of_gpus;
  for (Account& account : accounts_) {
    if (account.history.empty()) continue;
    const bool gpu = is_gpu(account.shown.part);
    const auto begin = energy_at(account.history, span.begin), end = energy_at(account.history, span.end);
    if (begin && end) {
      account.shown.phases[name] = account.shown.phases[name] + (*end - *begin);
      if (gpu) of_gpus = of_gpus.value_or(Energy()) + (*end - *begin);
    } else {
      whole = false;
      of_all_gpus = of_all_gpus && !gpu;
    }
  }
  if (!whole) ++left_out_;
  if (of_gpus && of_all_gpus) {
    GpuPhases& phases = gpu_phases_[name];
    ++phases.count;
    phases.energy = phases.energy + *of_gpus;
  }
  return true;
}

std::vector<RunningPart> RunningTotals::parts() const {
  const std::lock_guard lock(mutex_);
  std::vector<RunningPart> all;
  for (const Account& account : accounts_) all.push_back(account.shown);
  return all;
}

std::vector<std::map<std::string, Duration>> RunningTotals::throttled() const {
  const std::lock_guard lock(mutex_);
  return throttled_;
}

std::map<std::string, std::uint64_t> RunningTotals::phase_counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::uint64_t RunningTotals::phases_left_out() const {
  const std::lock_guard lock(mutex_);
  return left_out_;
}

std::map<std::string, GpuPhases> RunningTotals::gpu_phases() const {
  const std::lock_guard lock(mutex_);
  return gpu_phases_;
}

std::optional<Energy> RunningTotals::gpu_energy(os::Instant begin, os::Instant end) const {
  const std::lock_guard lock(mutex_);
  std::optional<Energy> sum;
  for (const Account& account : accounts_) {
    if (!is_gpu(account.shown.part)) continue;
    const auto from = energy_at(account.history, begin), to = energy_at(account.history, end);
    if (!from || !to) return std::nullopt;
    sum = sum.value_or(Energy()) + (*to - *from);
  }
  return sum;
}

}  // namespace diffjoule::measure
