// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/idle.h"

#include <cmath>

namespace diffjoule::measure {

std::optional<Idle> idle_from(const PartEnergy& window, Duration length, Idle::Kind kind) {
  if (!window.energy || length <= Duration{}) return std::nullopt;
  return Idle{kind, {window.energy->value / length, window.energy->uncertainty / length}, length, window.temperature};
}

std::optional<Estimate<Power>> idle_power(const DeviceIdle& idle) {
  if (!idle.before && !idle.after) return std::nullopt;
  if (!idle.before || !idle.after) return idle.before ? idle.before->power : idle.after->power;
  const Estimate<Power>& a = idle.before->power;
  const Estimate<Power>& b = idle.after->power;
  const double own = 0.5 * std::hypot(a.uncertainty.in(watt), b.uncertainty.in(watt));
  const double drift = (a.value - b.value).in(watt) / std::sqrt(12.0);
  return Estimate<Power>{0.5 * (a.value + b.value), std::hypot(own, drift) * watt};
}

void subtract_idle(PartEnergy& part, Duration elapsed, const DeviceIdle& idle) {
  const auto power = idle_power(idle);
  if (!part.energy || !power) return;
  const Energy u = std::hypot(part.energy->uncertainty.in(joule), (power->uncertainty * elapsed).in(joule)) * joule;
  part.above_idle = Estimate<Energy>{part.energy->value - power->value * elapsed, u};
}

}  // namespace diffjoule::measure
