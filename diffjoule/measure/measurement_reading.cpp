// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "diffjoule/measure/measurement.h"

// measurement_from(): the reader of what to_document() writes. Members that are not known are left alone, so that a
// store may put its own beside them.
namespace diffjoule::measure {
namespace {

using io::Document;

// Reads members; keeps the first that is not as it must be.
class Reader {
 public:
  const Document* find(const Document& d, std::string_view key) {
    const Document* found = d.find(key);
    if (found == nullptr) refuse(key, "is missing");
    return found;
  }
  std::string text(const Document& d, std::string_view key) {
    const Document* found = find(d, key);
    if (found == nullptr) return {};
    if (found->text() != nullptr) return *found->text();
    refuse(key, "is " + found->kind() + ", expected text");
    return {};
  }
  double number(const Document& d, std::string_view key) {
    const Document* found = find(d, key);
    if (found == nullptr) return 0.0;
    if (found->is_number() && std::isfinite(found->number())) return found->number();
    refuse(key, "is " + found->kind() + ", expected a number");
    return 0.0;
  }
  std::optional<double> maybe(const Document& d, std::string_view key) {
    const Document* found = d.find(key);
    if (found == nullptr || found->is_null()) return std::nullopt;
    return number(d, key);
  }
  bool flag(const Document& d, std::string_view key) {
    const Document* found = find(d, key);
    if (found == nullptr) return false;
    if (found->boolean() != nullptr) return *found->boolean();
    refuse(key, "is " + found->kind() + ", expected true or false");
    return false;
  }
  const Document::Array& list(const Document& d, std::string_view key) {
    static const Document::Array none;
    const Document* found = find(d, key);
    if (found == nullptr) return none;
    if (found->array() != nullptr) return *found->array();
    refuse(key, "is " + found->kind() + ", expected a list");
    return none;
  }
  std::vector<std::string> texts(const Document& d, std::string_view key) {
    std::vector<std::string> all;
    for (const Document& entry : list(d, key)) {
      if (entry.text() == nullptr) refuse(key, "holds " + entry.kind() + ", expected text");
      all.push_back(entry.text() == nullptr ? std::string() : *entry.text());
    }
    return all;
  }
  // The enumerator of that name; enumerators count from zero to `last`.
  template <class E, class Name>
  E named(const Document& d, std::string_view key, E last, Name name_of) {
    const std::string wanted = text(d, key);
    for (int i = 0; i <= static_cast<int>(last); ++i) {
      if (wanted == name_of(static_cast<E>(i))) return static_cast<E>(i);
    }
    refuse(key, "is \"" + wanted + "\", which is not known here");
    return static_cast<E>(0);
  }
  template <class Q>
  std::optional<Estimate<Q>> estimate(const Document& d, const std::string& key, const std::string& unit, Q one) {
    const auto value = maybe(d, key + "_" + unit);
    const auto uncertainty = maybe(d, key + "_uncertainty_" + unit);
    if (!value) return std::nullopt;
    if (!uncertainty) refuse(key + "_uncertainty_" + unit, "is missing");
    return Estimate<Q>{*value * one, uncertainty.value_or(0.0) * one};
  }
  void refuse(std::string_view key, const std::string& why) {
    if (problem.empty()) problem = "measurement: \"" + std::string(key) + "\" " + why;
  }
  std::string problem;
};

Verdict read_verdict(Reader& r, const Document& d) {
  Verdict verdict;
  for (const Document& entry : r.list(d, "verdict")) {
    const auto kind = r.named(entry, "kind", DoubtKind::interrupted, [](DoubtKind k) { return name(k); });
    verdict.push_back({kind, r.text(entry, "words"), r.text(entry, "advice")});
  }
  return verdict;
}

sensors::Part read_part_name(Reader& r, const Document& d) {
  return r.named(d, "part", sensors::Part::wall, [](sensors::Part p) { return sensors::name(p); });
}

std::optional<Power> read_power(Reader& r, const Document& d, std::string_view key) {
  const auto value = r.maybe(d, key);
  return value ? std::optional(*value * watt) : std::nullopt;
}

PartEnergy read_part(Reader& r, const Document& d) {
  PartEnergy p;
  p.device = r.text(d, "device");
  p.part = read_part_name(r, d);
  p.channel = r.text(d, "channel");
  p.counted = r.flag(d, "counted");
  p.energy = r.estimate(d, "energy", "j", joule);
  p.counter = r.estimate(d, "counter_energy", "j", joule);
  p.integrated = r.estimate(d, "integrated_energy", "j", joule);
  p.above_idle = r.estimate(d, "above_idle_energy", "j", joule);
  if (p.energy) {
    p.instrument = r.named(d, "instrument", Instrument::model, [](Instrument i) { return name(i); });
  } else {
    p.missing = r.text(d, "missing");
  }
  p.mean_power = read_power(r, d, "mean_power_w");
  p.highest_power = read_power(r, d, "highest_power_w");
  p.power_limit = read_power(r, d, "power_limit_w");
  if (const auto clock = r.maybe(d, "clock_hz")) p.clock = *clock * hertz;
  p.temperature = r.maybe(d, "temperature_celsius");
  p.highest_temperature = r.maybe(d, "highest_temperature_celsius");
  if (const Document* shares = r.find(d, "throttled_fraction"); shares != nullptr && shares->object() != nullptr) {
    for (const auto& [reason, share] : *shares->object()) p.throttled[reason] = share.number();
  }
  p.attributed = r.maybe(d, "attributed_fraction");
  p.verdict = read_verdict(r, d);
  return p;
}

Phase read_phase(Reader& r, const Document& d) {
  Phase phase;
  phase.name = r.text(d, "name");
  phase.count = static_cast<std::uint64_t>(std::clamp(r.number(d, "count"), 0.0, 9e15));
  phase.elapsed = r.number(d, "elapsed_s") * second;
  for (const Document& p : r.list(d, "parts")) phase.parts.push_back(read_part(r, p));
  return phase;
}

sensors::Channel read_channel(Reader& r, const Document& d) {
  sensors::Channel c;
  c.name = r.text(d, "name");
  c.measurand = r.named(d, "measurand", sensors::Measurand::throttled_time,
                        [](sensors::Measurand m) { return sensors::name(m); });
  c.part = read_part_name(r, d);
  c.update_period = r.number(d, "update_period_s") * second;
  c.averaging_window = r.number(d, "averaging_window_s") * second;
  c.resolution = r.number(d, "resolution");
  c.wraps_at = r.maybe(d, "wraps_at");
  c.may_wrap = r.flag(d, "may_wrap");
  c.relative_uncertainty = r.number(d, "relative_uncertainty");
  if (const Document* why = d.find("missing"); why != nullptr && why->text() != nullptr) c.missing = *why->text();
  return c;
}

sensors::DeviceInfo read_device(Reader& r, const Document& d) {
  sensors::DeviceInfo device;
  device.driver = r.text(d, "driver");
  device.id = r.text(d, "id");
  device.name = r.text(d, "name");
  device.bus_id = r.text(d, "bus_id");
  device.assumed = r.flag(d, "assumed");
  device.partition = r.flag(d, "partition");
  for (const Document& c : r.list(d, "channels")) device.channels.push_back(read_channel(r, c));
  device.remarks = r.texts(d, "remarks");
  return device;
}

std::optional<Idle> read_idle(Reader& r, const Document& d, std::string_view key) {
  const Document* found = d.find(key);
  if (found == nullptr || found->is_null()) return std::nullopt;
  Idle idle;
  idle.kind = r.named(*found, "kind", Idle::Kind::unknown, [](Idle::Kind k) { return name(k); });
  idle.power = {r.number(*found, "power_w") * watt, r.number(*found, "power_uncertainty_w") * watt};
  idle.length = r.number(*found, "length_s") * second;
  idle.temperature = r.maybe(*found, "temperature_celsius");
  return idle;
}

}  // namespace

Result<Measurement> measurement_from(const Document& d) {
  Reader r;
  if (r.text(d, "format") != "diffjoule.measurement")
    return fail(ErrorCode::invalid_data, "measurement: \"format\" is not \"diffjoule.measurement\"");
  if (const double version = r.number(d, "version"); version != measurement_version) {
    return fail(ErrorCode::invalid_data, "measurement: version " + std::to_string(static_cast<long long>(version)) +
                                             ", this program reads version " + std::to_string(measurement_version));
  }
  Measurement m;
  m.id = r.text(d, "id");
  m.command = r.texts(d, "command");
  m.host = r.text(d, "host");
  m.program = r.text(d, "program");
  m.started = r.number(d, "started_s") * second;
  if (const auto code = r.maybe(d, "exit_code")) m.exit_code = static_cast<int>(std::clamp(*code, -1e9, 1e9));
  m.ended = r.flag(d, "ended");
  m.sampling_period = r.number(d, "sampling_period_s") * second;
  if (const Document* whole = r.find(d, "whole")) m.whole = read_phase(r, *whole);
  for (const Document& phase : r.list(d, "phases")) m.phases.push_back(read_phase(r, phase));
  for (const Document& i : r.list(d, "idle"))
    m.idle.push_back({r.text(i, "device"), read_part_name(r, i), read_idle(r, i, "before"), read_idle(r, i, "after")});
  m.verdict = read_verdict(r, d);
  m.notes = r.texts(d, "notes");
  m.own_cpu_time = r.number(d, "own_cpu_time_s") * second;
  m.driver_time = r.number(d, "driver_time_s") * second;
  for (const Document& device : r.list(d, "devices")) m.devices.push_back(read_device(r, device));
  if (!r.problem.empty()) return fail(ErrorCode::invalid_data, r.problem);
  return m;
}

}  // namespace diffjoule::measure
