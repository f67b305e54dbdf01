// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/nvml/script.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace diffjoule::fakes::nvml {
namespace {

using Json = nlohmann::json;

int code(const Json& value) {
  if (value.is_number()) return value.get<int>();
  static const std::map<std::string, int> codes{{"SUCCESS", 0},
                                                {"UNINITIALIZED", 1},
                                                {"INVALID_ARGUMENT", 2},
                                                {"NOT_SUPPORTED", 3},
                                                {"NO_PERMISSION", 4},
                                                {"NOT_FOUND", 6},
                                                {"INSUFFICIENT_SIZE", 7},
                                                {"DRIVER_NOT_LOADED", 9},
                                                {"TIMEOUT", 10},
                                                {"FUNCTION_NOT_FOUND", 13},
                                                {"GPU_IS_LOST", 15},
                                                {"RESET_REQUIRED", 16},
                                                {"LIB_RM_VERSION_MISMATCH", 18},
                                                {"NO_DATA", 21},
                                                {"UNKNOWN", 999}};
  return codes.at(value.get<std::string>());
}

void refuse_unknown_keys(const Json& object, const std::vector<std::string>& known) {
  for (const auto& [key, unused] : object.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw std::runtime_error("unknown key \"" + key + "\"");
  }
}

TimeFunction function(const Json& of, const char* key, double otherwise, bool ramps) {
  if (!of.contains(key)) return {{{0.0, otherwise}}, false};
  const Json& value = of.at(key);
  if (value.is_number()) return {{{0.0, value.get<double>()}}, false};
  auto points = value.get<std::vector<std::pair<double, double>>>();
  if (points.empty() || !std::is_sorted(points.begin(), points.end()))
    throw std::runtime_error(std::string(key) + ": points in order of time are needed");
  return {std::move(points), ramps};
}

Stretch stretch(const Json& of, const char* key) {
  if (!of.contains(key)) return {};
  return {of.at(key).at(0).get<double>(), of.at(key).at(1).get<double>()};
}

Stretch from_until(const Json& of) { return {of.value("from_s", -never), of.value("until_s", never)}; }

Counter counter(const Json& of) {
  refuse_unknown_keys(of, {"step_s", "start_j", "reset_at_s", "backwards_at_s", "backwards_j", "stuck_s"});
  Counter made;
  made.step = of.value("step_s", made.step);
  made.start = of.value("start_j", made.start);
  made.reset_at = of.value("reset_at_s", never);
  made.backwards_at = of.value("backwards_at_s", never);
  made.backwards = of.value("backwards_j", 0.0);
  made.stuck = stretch(of, "stuck_s");
  return made;
}

void read_faults(const Json& of, Gpu& gpu) {
  gpu.zero_power = stretch(of, "zero_power_s");
  gpu.lost_after = of.value("lost_after_s", never);
  const Json returns = of.value("returns", Json::object()), types = of.value("value_types", Json::object());
  for (const auto& [name, what] : returns.items()) {
    gpu.returns[name] =
        what.is_object() ? Refusal{code(what.at("code")), from_until(what)} : Refusal{code(what), {-never, never}};
  }
  for (const auto& [field, type] : types.items())
    gpu.value_types[static_cast<unsigned>(std::stoul(field))] = type.get<unsigned>();
}

void read_readings(const Json& of, Gpu& gpu) {
  const bool ramps = of.value("ramps", false);
  gpu.power = function(of, "power_w", 100.0, ramps);
  if (of.contains("module_w")) gpu.module_power = function(of, "module_w", 0.0, ramps);
  if (of.contains("memory_w")) gpu.memory_power = function(of, "memory_w", 0.0, ramps);
  gpu.limit = function(of, "limit_w", 700.0, ramps);
  gpu.temperature = function(of, "temperature_c", 50.0, ramps);
  gpu.sm_clock = function(of, "sm_clock_mhz", 1980.0, ramps);
  gpu.memory_clock = function(of, "memory_clock_mhz", 2619.0, ramps);
  gpu.utilization = function(of, "utilization", 0.0, ramps);
  gpu.throttle_reasons = function(of, "throttle_reasons", 0.0, false);
  gpu.total_is_module = of.value("total_is_module", false);
  gpu.power_update = of.value("power_update_s", gpu.power_update);
  gpu.power_window = of.value("power_window_s", gpu.power_window);
  gpu.average_window = of.value("average_window_s", gpu.average_window);
  gpu.counter = counter(of.value("counter", Json::object()));
  const Json throttled = of.value("throttled_s", Json::object());
  for (const auto& [field, unused] : throttled.items()) {
    gpu.throttled[static_cast<unsigned>(std::stoul(field))] = function(throttled, field.c_str(), 0.0, ramps);
  }
}

Gpu gpu(const Json& of, std::size_t index) {
  refuse_unknown_keys(of, {"uuid",
                           "name",
                           "bus",
                           "capability",
                           "power_w",
                           "ramps",
                           "power_update_s",
                           "power_window_s",
                           "average_window_s",
                           "zero_power_s",
                           "counter",
                           "module_w",
                           "memory_w",
                           "total_is_module",
                           "limit_w",
                           "temperature_c",
                           "sm_clock_mhz",
                           "memory_clock_mhz",
                           "utilization",
                           "throttle_reasons",
                           "throttled_s",
                           "returns",
                           "value_types",
                           "lost_after_s",
                           "mig",
                           "processes"});
  Gpu made;
  made.uuid = of.value("uuid", "GPU-00000000-0000-0000-0000-00000000000" + std::to_string(index));
  made.name = of.value("name", "NVIDIA H100 80GB HBM3");
  made.bus = of.value("bus", static_cast<unsigned>(index) + 1);
  const auto capability = of.value("capability", std::vector<int>{9, 0});
  made.capability_major = capability.at(0);
  made.capability_minor = capability.at(1);
  read_readings(of, made);
  read_faults(of, made);
  made.slices = of.value("mig", std::vector<std::string>{});
  const Json processes = of.value("processes", Json::array());
  for (const Json& process : processes) {
    made.processes.push_back({process.at("pid").get<unsigned>(),
                              process.contains("sm") ? std::optional(process.at("sm").get<double>()) : std::nullopt,
                              from_until(process)});
  }
  return made;
}

}  // namespace

double TimeFunction::at(double time) const {
  auto after = std::upper_bound(points_.begin(), points_.end(), time,
                                [](double t, const std::pair<double, double>& point) { return t < point.first; });
  if (after == points_.begin()) return points_.front().second;
  const auto before = std::prev(after);
  if (!ramps_ || after == points_.end()) return before->second;
  return before->second + (after->second - before->second) * (time - before->first) / (after->first - before->first);
}

double TimeFunction::integral(double from, double until) const {
  double sum = 0.0;
  double left = from;
  // Within a piece the function is constant or straight, so its value in the middle is its mean.
  const auto add = [&](double right) {
    if (right > left) sum += at(0.5 * (left + right)) * (right - left);
    left = std::max(left, right);
  };
  for (const auto& [time, unused] : points_) add(std::min(time, until));
  add(until);
  return sum;
}

double TimeFunction::mean_before(double time, double window) const {
  return window > 0.0 ? integral(time - window, time) / window : at(time);
}

Script parse(const std::string& text) {
  const Json of = Json::parse(text);
  refuse_unknown_keys(
      of, {"init", "vanish_after_s", "order", "latency_s", "process_entry_bytes", "driver_version", "gpus"});
  Script script;
  script.init = code(of.value("init", Json("SUCCESS")));
  script.vanish_after = of.value("vanish_after_s", never);
  script.latency = of.value("latency_s", 0.0);
  script.process_entry_bytes = of.value("process_entry_bytes", 24U);
  script.driver_version = of.value("driver_version", "550.54.15");
  const Json gpus = of.value("gpus", Json::array());
  std::vector<std::size_t> order(gpus.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  order = of.value("order", order);
  for (const std::size_t index : order) script.gpus.push_back(gpu(gpus.at(index), index));
  return script;
}

}  // namespace diffjoule::fakes::nvml
