// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "diffjoule/os/clock.h"
#include "diffjoule/sensors/sensor.h"

// A device whose true power is written down, seen through sensors that update, average, quantise, err and fail.
namespace diffjoule::fakes {

// True power over time in seconds since the clock's origin: straight lines between corners, which may jump. The energy
// is exact. Before the first corner and behind the last the power stands.
class PowerScript {
 public:
  PowerScript() = default;
  explicit PowerScript(double watts) { corner(0.0, watts); }

  PowerScript& corner(double t, double watts) {
    const double e = t_.empty() ? 0.0 : e_.back() + 0.5 * (p_.back() + watts) * (t - t_.back());
    t_.push_back(t), p_.push_back(watts), e_.push_back(e);
    return *this;
  }
  PowerScript& jump(double t, double watts) { return corner(t, p_.back()).corner(t, watts); }
  PowerScript& burst(double t, double length, double watts) {
    const double back = p_.back();
    return jump(t, watts).jump(t + length, back);
  }

  [[nodiscard]] double power(double t) const {
    const std::size_t i = before(t);
    if (t < t_.front() || i + 1 >= t_.size() || t_[i + 1] <= t_[i]) return t < t_.front() ? p_.front() : p_[i];
    return std::lerp(p_[i], p_[i + 1], (t - t_[i]) / (t_[i + 1] - t_[i]));
  }
  // Joules since the origin.
  [[nodiscard]] double energy(double t) const {
    if (t <= t_.front()) return p_.front() * (t - t_.front());
    const std::size_t i = before(t);
    return e_[i] + 0.5 * (p_[i] + power(t)) * (t - t_[i]);
  }
  [[nodiscard]] double energy(os::Instant a, os::Instant b) const { return energy(seconds(b)) - energy(seconds(a)); }
  [[nodiscard]] static double seconds(os::Instant t) { return static_cast<double>(t.nanoseconds()) * 1e-9; }

 private:
  [[nodiscard]] std::size_t before(double t) const {
    const auto next = std::upper_bound(t_.begin(), t_.end(), t);
    return next == t_.begin() ? 0 : static_cast<std::size_t>(next - t_.begin()) - 1;
  }
  std::vector<double> t_, p_, e_;
};

// How one channel sees the script. What it says of itself is in the sensors::Channel; this is what it is.
struct ScriptedChannel {
  sensors::Channel says;
  Duration phase;   // of its updates
  Duration update;  // its true period; zero: at once
  double gain = 1.0;
  double noise_fraction = 0.0;
  std::function<double(double t)> plain = {};  // for what is neither energy nor power
  std::function<void(double t, sensors::Reading&)> fault = {};
};

class ScriptedDevice final : public sensors::Device {
 public:
  ScriptedDevice(std::string id, PowerScript script, os::Clock& clock, std::vector<ScriptedChannel> channels,
                 Duration call = {}, std::uint64_t seed = 1)
      : script_(std::move(script)), clock_(clock), channels_(std::move(channels)), call_(call), seed_(seed) {
    info_.driver = "scripted";
    info_.id = std::move(id);
    info_.name = "scripted device";
    for (const ScriptedChannel& c : channels_) info_.channels.push_back(c.says);
  }

  [[nodiscard]] const sensors::DeviceInfo& info() const override { return info_; }
  sensors::DeviceInfo& change_info() { return info_; }
  [[nodiscard]] const PowerScript& script() const { return script_; }
  std::function<void(Duration)> spend = {};  // how a call takes its time
  std::optional<std::vector<sensors::Occupant>> who = std::nullopt;
  std::optional<std::vector<sensors::Occupant>> occupants() override { return who; }

  void read(std::span<const std::size_t> channels, std::span<sensors::Reading> out) override {
    if (spend) spend(0.5 * call_);
    const double now = PowerScript::seconds(clock_.now());
    for (std::size_t i = 0; i < channels.size(); ++i) out[i] = reading(channels[i], now);
    if (spend) spend(0.5 * call_);
  }

 private:
  // White, by update: the same update reads the same.
  [[nodiscard]] double noise(std::size_t channel, std::int64_t update) const {
    std::uint64_t x =
        seed_ * 0x9e3779b97f4a7c15ULL + channel * 0xbf58476d1ce4e5b9ULL + static_cast<std::uint64_t>(update);
    double sum = -6.0;
    for (int k = 0; k < 12; ++k) {
      x ^= x >> 30, x *= 0xbf58476d1ce4e5b9ULL, x ^= x >> 27, x *= 0x94d049bb133111ebULL, x ^= x >> 31;
      sum += static_cast<double>(x >> 11) * 0x1p-53;
    }
    return sum;
  }

  [[nodiscard]] sensors::Reading reading(std::size_t index, double now) const {
    const ScriptedChannel& c = channels_[index];
    const double u = c.update.in(second), phase = c.phase.in(second);
    const std::int64_t count = u > 0.0 ? static_cast<std::int64_t>(std::floor((now - phase) / u)) : 0;
    const double t = u > 0.0 ? phase + static_cast<double>(count) * u : now;
    double value = 0.0;
    if (c.plain) {
      value = c.plain(t);
    } else if (c.says.measurand == sensors::Measurand::energy) {
      value = c.gain * script_.energy(t);
    } else {
      const double w = c.says.averaging_window.in(second);
      value = c.gain * (w > 0.0 ? (script_.energy(t) - script_.energy(t - w)) / w : script_.power(t));
      value *= 1.0 + c.noise_fraction * noise(index, count);
    }
    if (c.says.resolution > 0.0) value = std::floor(value / c.says.resolution) * c.says.resolution;
    if (c.says.wraps_at) value = std::fmod(value, *c.says.wraps_at + c.says.resolution);
    sensors::Reading r{value, sensors::Absence::none};
    if (c.fault) c.fault(now, r);
    return r;
  }

  PowerScript script_;
  os::Clock& clock_;
  std::vector<ScriptedChannel> channels_;
  Duration call_;
  std::uint64_t seed_;
  sensors::DeviceInfo info_;
};

[[nodiscard]] inline ScriptedChannel scripted_counter(Duration update = 0.1 * second, double resolution = 1e-3,
                                                      sensors::Part part = sensors::Part::gpu) {
  ScriptedChannel c;
  c.says.name = "energy";
  c.says.measurand = sensors::Measurand::energy;
  c.says.part = part;
  c.says.update_period = update;
  c.says.resolution = resolution;
  c.update = update;
  return c;
}

[[nodiscard]] inline ScriptedChannel scripted_power(Duration update, Duration window, double resolution = 1e-3,
                                                    sensors::Part part = sensors::Part::gpu) {
  ScriptedChannel c;
  c.says.name = "power";
  c.says.measurand = sensors::Measurand::power;
  c.says.part = part;
  c.says.update_period = update;
  c.says.averaging_window = window;
  c.says.resolution = resolution;
  c.update = update;
  return c;
}

}  // namespace diffjoule::fakes
