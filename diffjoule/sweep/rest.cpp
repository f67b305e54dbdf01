// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/rest.h"

#include <algorithm>
#include <cmath>

namespace diffjoule::sweep {

using sensors::Measurand;

Rest::Rest(const std::vector<sensors::DeviceInfo>& devices) {
  for (const sensors::DeviceInfo& device : devices) {
    Body body;
    bool has_power = false;
    for (std::size_t c = 0; c < device.channels.size(); ++c) {
      const sensors::Channel& channel = device.channels[c];
      const bool there = !channel.missing && !device.assumed;
      // One power stands for the device: parts that overlap would be seen twice.
      const bool first_power = there && channel.measurand == Measurand::power && !has_power;
      has_power = has_power || first_power;
      body.is_power.push_back(first_power);
      body.is_temperature.push_back(there && channel.measurand == Measurand::temperature);
      if (there && channel.measurand == Measurand::energy && !body.counter) body.counter = c;
    }
    if (has_power) body.counter.reset();
    bodies_.push_back(std::move(body));
  }
}

std::optional<double> Rest::Trail::rest() const {
  if (count == 0) return std::nullopt;
  return sum / static_cast<double>(count);
}

void Rest::keep(Trail& trail) const {
  if (!learning_) return;
  trail.sum += *trail.now;
  ++trail.count;
}

void Rest::see_power(Body& body, os::Instant time, Power power) {
  const double watts = power.in(watt);
  const double share = body.power.now ? 1.0 - std::exp(-((time - body.power_at) / memory)) : 1.0;
  body.power.now = std::lerp(body.power.now.value_or(watts), watts, share);
  body.power_at = time;
  keep(body.power);
}

void Rest::see_counter(Body& body, os::Instant time, Energy energy) {
  const double joules = energy.in(joule);
  constexpr Duration apart = 0.25 * second;
  if (body.counted && time - body.counted_at < apart) return;
  if (body.counted && joules >= *body.counted)
    see_power(body, time, (joules - *body.counted) * joule / (time - body.counted_at));
  body.counted = joules;
  body.counted_at = time;
}

void Rest::take(const measure::Tick& tick) {
  const std::lock_guard lock(mutex_);
  Body& body = bodies_[tick.device];
  std::optional<double> warmest;
  for (std::size_t i = 0; i < tick.channels.size(); ++i) {
    const std::size_t channel = tick.channels[i];
    if (!tick.readings[i].there()) continue;
    const double value = tick.readings[i].value;
    if (body.is_temperature[channel]) warmest = std::max(warmest.value_or(value), value);
    if (body.is_power[channel]) see_power(body, tick.time, value * watt);
    if (body.counter == channel) see_counter(body, tick.time, value * joule);
  }
  if (!warmest) return;
  body.warmth.now = warmest;
  keep(body.warmth);
}

void Rest::begin_baseline() {
  const std::lock_guard lock(mutex_);
  learning_ = true;
  for (Body& body : bodies_) {
    for (Trail* trail : {&body.warmth, &body.power}) {
      trail->sum = 0.0;
      trail->count = 0;
    }
    body.power.now.reset();  // what it did before is not rest
  }
}

void Rest::end_baseline() {
  const std::lock_guard lock(mutex_);
  learning_ = false;
}

std::optional<double> Rest::excess() const {
  const std::lock_guard lock(mutex_);
  std::optional<double> most;
  const auto see = [&most](const Trail& trail, double tolerable) {
    const auto rest = trail.rest();
    if (!rest || !trail.now) return;
    const double excess = (*trail.now - *rest) / tolerable;
    most = std::max(most.value_or(excess), excess);
  };
  for (const Body& body : bodies_) {
    see(body.warmth, tolerable_warmth);
    see(body.power, std::max(tolerable_share * body.power.rest().value_or(0.0), least_power.in(watt)));
  }
  return most;
}

}  // namespace diffjoule::sweep
