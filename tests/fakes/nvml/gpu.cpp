// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/nvml/gpu.h"

#include <algorithm>
#include <cmath>

namespace diffjoule::fakes::nvml {
namespace {

using sensors::nvidia::FieldValue;
using sensors::nvidia::ValueType;

// The last multiple of a step; the moment itself without one. A hair more, so that 0.3 is a multiple of 0.1.
double last_step(double time, double step) { return step > 0.0 ? std::floor(time / step + 1e-9) * step : time; }

unsigned milliwatts(double watts) { return static_cast<unsigned>(std::llround(watts * 1e3)); }

void put(FieldValue& field, ValueType type, unsigned long long value) {
  field.type = type;
  field.status = 0;
  field.value.unsigned_long_long = value;
}

// As the script wants it: another type, with the same number in it where there is one of that type.
void retype(const Gpu& gpu, FieldValue& field) {
  const auto wanted = gpu.value_types.find(field.field);
  if (wanted == gpu.value_types.end() || field.status != 0) return;
  const unsigned long long number = field.value.unsigned_long_long;
  field.type = static_cast<ValueType>(wanted->second);
  if (field.type == ValueType::real) field.value.real = static_cast<double>(number);
  if (field.type == ValueType::signed_long_long) field.value.signed_long_long = static_cast<long long>(number);
}

struct Scoped {
  const TimeFunction* power;  // null: no such scope
  const char* energy_name;
  const char* power_name;
};

Scoped scoped(const Gpu& gpu, unsigned scope) {
  const auto there = [](const std::optional<TimeFunction>& f) { return f ? &*f : nullptr; };
  if (scope == sensors::nvidia::scope_module) return {there(gpu.module_power), "energy.module", "power.module"};
  if (scope == sensors::nvidia::scope_memory) return {there(gpu.memory_power), "energy.memory", "power.memory"};
  return {scope == 0 ? &gpu.power : nullptr, "energy.scoped", "power.instant"};
}

const TimeFunction& total_power(const Gpu& gpu) {
  return gpu.total_is_module && gpu.module_power ? *gpu.module_power : gpu.power;
}

bool is_throttle_counter(unsigned field) { return (field >= 74 && field <= 81) || (field >= 269 && field <= 271); }

// The name in the script's `returns` of what a field reads.
std::string name_of(const Gpu& gpu, const FieldValue& field) {
  if (field.field == sensors::nvidia::field_total_energy) return "energy";
  if (field.field == sensors::nvidia::field_energy) return scoped(gpu, field.scope).energy_name;
  if (field.field == sensors::nvidia::field_power_instant) return scoped(gpu, field.scope).power_name;
  if (field.field == sensors::nvidia::field_power_average) return "power.average";
  if (field.field == sensors::nvidia::field_power_limit) return "power.limit";
  return is_throttle_counter(field.field) ? "throttled" : "";
}

void answer_truth(const Gpu& gpu, double time, FieldValue& field) {
  const Scoped scope = scoped(gpu, field.scope);
  field.status = sensors::nvidia::not_supported;
  if (field.field == sensors::nvidia::field_total_energy)
    return put(field, ValueType::unsigned_long_long, counter_millijoules(gpu.counter, total_power(gpu), time));
  if (field.field == sensors::nvidia::field_energy && scope.power != nullptr) {
    const TimeFunction& power = field.scope == 0 ? total_power(gpu) : *scope.power;
    Counter counter = gpu.counter;
    counter.start += 1000.0 * field.scope;  // counters of other parts were not started together
    return put(field, ValueType::unsigned_long_long, counter_millijoules(counter, power, time));
  }
  if (field.field == sensors::nvidia::field_power_instant && scope.power != nullptr)
    return put(field, ValueType::unsigned_int, instant_milliwatts(gpu, *scope.power, time));
  if (field.field == sensors::nvidia::field_power_average && field.scope == 0)
    return put(field, ValueType::unsigned_int, average_milliwatts(gpu, time));
  if (field.field == sensors::nvidia::field_power_limit)
    return put(field, ValueType::unsigned_int, milliwatts(gpu.limit.at(time)));
  if (!is_throttle_counter(field.field)) return;
  const auto throttled = gpu.throttled.find(field.field);
  const double throttled_seconds = throttled == gpu.throttled.end() ? 0.0 : throttled->second.at(time);
  put(field, ValueType::unsigned_long_long, static_cast<unsigned long long>(std::llround(throttled_seconds * 1e9)));
}

}  // namespace

unsigned long long counter_millijoules(const Counter& counter, const TimeFunction& power, double time) {
  double moment = last_step(time, counter.step);
  if (counter.stuck.holds(moment)) moment = last_step(counter.stuck.from, counter.step);
  double joules = counter.start + power.integral(0.0, moment);
  if (moment >= counter.reset_at) joules = power.integral(counter.reset_at, moment);
  if (moment >= counter.backwards_at) joules -= counter.backwards;
  return static_cast<unsigned long long>(std::floor(std::max(joules, 0.0) * 1e3));
}

unsigned instant_milliwatts(const Gpu& gpu, const TimeFunction& power, double time) {
  if (gpu.zero_power.holds(time)) return 0;
  return milliwatts(power.mean_before(last_step(time, gpu.power_update), gpu.power_window));
}

unsigned average_milliwatts(const Gpu& gpu, double time) {
  if (gpu.zero_power.holds(time)) return 0;
  return milliwatts(gpu.power.mean_before(last_step(time, gpu.power_update), gpu.average_window));
}

int refusal(const Gpu& gpu, const std::string& name, double time) {
  if (time >= gpu.lost_after) return sensors::nvidia::gpu_is_lost;
  const auto found = gpu.returns.find(name);
  return found != gpu.returns.end() && found->second.when.holds(time) ? found->second.code : 0;
}

void answer(const Gpu& gpu, double time, FieldValue& field) {
  answer_truth(gpu, time, field);
  retype(gpu, field);
  for (const std::string& name : {name_of(gpu, field), std::to_string(field.field)}) {
    if (const int instead = refusal(gpu, name, time); instead != 0) field.status = instead;
  }
  // A failed entry's value is whatever was there: whoever reads it without looking at the status gets nonsense.
  if (field.status != 0) field.value.unsigned_long_long = 123456789;
}

}  // namespace diffjoule::fakes::nvml
