// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/recording.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "diffjoule/io/json.h"

namespace diffjoule::sensors {
namespace {

using io::Document;

constexpr const char* format_name = "diffjoule.recording";

constexpr std::array all_measurands{Measurand::energy,           Measurand::power,         Measurand::power_limit,
                                    Measurand::temperature,      Measurand::clock,         Measurand::utilization,
                                    Measurand::throttle_reasons, Measurand::throttled_time};
constexpr std::array all_parts{Part::gpu,        Part::gpu_memory, Part::module,   Part::cpu_package, Part::cpu_core,
                               Part::cpu_uncore, Part::dram,       Part::platform, Part::rail,        Part::wall};
constexpr std::array all_absences{Absence::not_supported, Absence::no_permission, Absence::lost, Absence::failed};

// The member of `all` that has this name.
template <class Set>
std::optional<typename Set::value_type> named(const Set& all, const std::string& text) {
  for (const auto one : all) {
    if (text == name(one)) return one;
  }
  return std::nullopt;
}

Document texts_of(const std::vector<std::string>& list) {
  Document d = Document::Array{};
  for (const std::string& text : list) d.push(text);
  return d;
}

Document document_of(const Channel& c) {
  Document d;
  d.set("name", c.name).set("measurand", name(c.measurand)).set("part", name(c.part));
  d.set("update_period_s", c.update_period.in(second)).set("averaging_window_s", c.averaging_window.in(second));
  d.set("resolution", c.resolution);
  if (c.wraps_at) d.set("wraps_at", *c.wraps_at);
  if (c.may_wrap) d.set("may_wrap", true);
  if (c.relative_uncertainty > 0.0) d.set("relative_uncertainty", c.relative_uncertainty);
  if (c.missing) d.set("missing", *c.missing);
  return d;
}

Document document_of(const DeviceInfo& info) {
  Document d, channels = Document::Array{};
  d.set("driver", info.driver).set("id", info.id).set("name", info.name);
  if (!info.bus_id.empty()) d.set("bus_id", info.bus_id);
  if (info.assumed) d.set("assumed", true);
  if (info.partition) d.set("partition", true);
  if (!info.remarks.empty()) d.set("remarks", texts_of(info.remarks));
  for (const Channel& c : info.channels) channels.push(document_of(c));
  return std::move(d.set("channels", std::move(channels)));
}

// Members of an object, with what is missing or odd told by name.
class Members {
 public:
  explicit Members(const Document& of) : of_(of) {}

  Result<std::string> text(const char* key) const {
    const Document* found = of_.find(key);
    if (found != nullptr && found->text() != nullptr) return *found->text();
    return fail(ErrorCode::invalid_data, std::string(key) + ": found " + kind(found) + ", expected text");
  }
  std::string text_or_nothing(const char* key) const {
    const Document* found = of_.find(key);
    return found == nullptr || found->text() == nullptr ? "" : *found->text();
  }
  std::optional<double> number(const char* key) const {
    const Document* found = of_.find(key);
    return found == nullptr || !found->is_number() ? std::nullopt : std::optional<double>(found->number());
  }
  bool flag(const char* key) const {
    const Document* found = of_.find(key);
    return found != nullptr && found->boolean() != nullptr && *found->boolean();
  }
  Result<const Document::Array*> list(const char* key) const {
    const Document* found = of_.find(key);
    if (found != nullptr && found->array() != nullptr) return found->array();
    return fail(ErrorCode::invalid_data, std::string(key) + ": found " + kind(found) + ", expected a list");
  }

 private:
  static std::string kind(const Document* found) { return found == nullptr ? "nothing" : found->kind(); }
  const Document& of_;
};

Result<Channel> channel_from(const Document& d) {
  const Members m(d);
  Channel c;
  auto its_name = m.text("name");
  if (!its_name) return forward(its_name);
  c.name = std::move(*its_name);
  const auto measurand = named(all_measurands, m.text_or_nothing("measurand"));
  const auto part = named(all_parts, m.text_or_nothing("part"));
  if (!measurand || !part)
    return fail(ErrorCode::invalid_data, "channel \"" + c.name + "\": its measurand \"" +
                                             m.text_or_nothing("measurand") + "\" or its part \"" +
                                             m.text_or_nothing("part") + "\" is unknown");
  c.measurand = *measurand;
  c.part = *part;
  c.update_period = m.number("update_period_s").value_or(0.0) * second;
  c.averaging_window = m.number("averaging_window_s").value_or(0.0) * second;
  c.resolution = m.number("resolution").value_or(0.0);
  c.wraps_at = m.number("wraps_at");
  c.may_wrap = m.flag("may_wrap");
  c.relative_uncertainty = m.number("relative_uncertainty").value_or(0.0);
  if (d.find("missing") != nullptr) c.missing = m.text_or_nothing("missing");
  return c;
}

Result<DeviceInfo> device_from(const Document& d) {
  const Members m(d);
  DeviceInfo info;
  auto id = m.text("id");
  if (!id) return forward(id);
  info.id = std::move(*id);
  info.driver = m.text_or_nothing("driver");
  info.name = m.text_or_nothing("name");
  info.bus_id = m.text_or_nothing("bus_id");
  info.assumed = m.flag("assumed");
  info.partition = m.flag("partition");
  if (const auto remarks = m.list("remarks")) {
    for (const Document& remark : **remarks) {
      if (remark.text() != nullptr) info.remarks.push_back(*remark.text());
    }
  }
  auto channels = m.list("channels");
  if (!channels) return forward(channels, "device \"" + info.id + "\"");
  for (const Document& one : **channels) {
    auto channel = channel_from(one);
    if (!channel) return forward(channel, "device \"" + info.id + "\"");
    info.channels.push_back(std::move(*channel));
  }
  return info;
}

Result<Recording> header_from(const Document& d) {
  const Members m(d);
  if (m.text_or_nothing("format") != format_name)
    return fail(ErrorCode::invalid_data,
                "this is no recording: it does not begin with {\"format\":\"" + std::string(format_name) + "\"");
  const auto version = m.number("version");
  if (!version || *version != recording_version)
    return fail(ErrorCode::invalid_data,
                "version " + (d.find("version") == nullptr ? "is missing" : io::to_json_line(*d.find("version"))) +
                    " of recordings is not known here, only " + std::to_string(recording_version) +
                    "; a newer diffjoule may read it");
  Recording r;
  r.program = m.text_or_nothing("program");
  r.host = m.text_or_nothing("host");
  r.started = m.number("started_s").value_or(0.0) * second;
  auto devices = m.list("devices");
  if (!devices) return forward(devices);
  for (const Document& one : **devices) {
    auto device = device_from(one);
    if (!device) return forward(device);
    r.devices.push_back(std::move(*device));
  }
  return r;
}

Result<Reading> reading_from(const Document& d) {
  if (d.is_number() && std::isfinite(d.number())) return Reading{d.number()};
  const auto absence = d.text() == nullptr ? std::nullopt : named(all_absences, *d.text());
  if (absence) return Reading{0.0, *absence};
  return fail(ErrorCode::invalid_data, "found " + io::to_json_line(d) + ", expected a number or \"not supported\"");
}

Result<RecordedTick> tick_from(const Document& d, const Recording& r) {
  const Members m(d);
  const auto time = m.number("time_s"), device = m.number("device");
  if (!time || !std::isfinite(*time)) return fail(ErrorCode::invalid_data, "time_s is missing");
  if (!device || !(*device >= 0.0 && *device < static_cast<double>(r.devices.size())))
    return fail(ErrorCode::invalid_data,
                "device is not one of the " + std::to_string(r.devices.size()) + " of the header");
  RecordedTick tick{
      .time = *time * second, .device = static_cast<std::size_t>(*device), .channels = {}, .readings = {}};
  if (!r.ticks.empty() && tick.time < r.ticks.back().time)
    return fail(ErrorCode::invalid_data, "its time is before that of the line above");
  const Document* readings = d.find("readings");
  if (readings == nullptr || readings->object() == nullptr)
    return fail(ErrorCode::invalid_data, "readings are missing");
  const auto& channels = r.devices[tick.device].channels;
  for (const auto& [key, value] : *readings->object()) {
    const std::string& wanted = key;  // clang 14 captures no structured binding
    const auto found =
        std::find_if(channels.begin(), channels.end(), [&](const Channel& c) { return c.name == wanted; });
    if (found == channels.end()) return fail(ErrorCode::invalid_data, "the device has no channel \"" + wanted + "\"");
    auto reading = reading_from(value);
    if (!reading) return forward(reading, wanted);
    tick.channels.push_back(static_cast<std::size_t>(found - channels.begin()));
    tick.readings.push_back(*reading);
  }
  return tick;
}

}  // namespace

Result<Recording> parse_recording(std::string_view text) {
  Recording r;
  std::size_t number = 0;
  bool headed = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const std::string where = "line " + std::to_string(++number);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    auto document = io::parse_json(line);
    if (!document && headed && text.find_first_not_of(" \t\r\n") == std::string_view::npos) {
      r.cut_off = true;
      break;
    }
    if (!document) return forward(document, where);
    if (!headed) {
      auto header = header_from(*document);
      if (!header) return forward(header, where);
      r = std::move(*header);
      headed = true;
      continue;
    }
    auto tick = tick_from(*document, r);
    if (!tick) return forward(tick, where);
    r.ticks.push_back(std::move(*tick));
  }
  if (!headed) return fail(ErrorCode::invalid_data, "the recording is empty");
  return r;
}

std::string recording_header(const Recording& recording) {
  Document d, devices = Document::Array{};
  d.set("format", format_name).set("version", recording_version);
  d.set("program", recording.program).set("host", recording.host).set("started_s", recording.started.in(second));
  for (const DeviceInfo& info : recording.devices) devices.push(document_of(info));
  return io::to_json_line(d.set("devices", std::move(devices))) + "\n";
}

std::string recording_line(const std::vector<DeviceInfo>& devices, const RecordedTick& tick) {
  Document d, readings = Document::Object{};
  for (std::size_t i = 0; i < tick.channels.size(); ++i) {
    const Reading& reading = tick.readings[i];
    // What is not finite has no word in JSON; it is no value either.
    const bool there = reading.there() && std::isfinite(reading.value);
    readings.set(devices[tick.device].channels[tick.channels[i]].name,
                 there ? Document(reading.value) : Document(name(reading.there() ? Absence::failed : reading.absence)));
  }
  d.set("time_s", tick.time.in(second)).set("device", static_cast<std::int64_t>(tick.device));
  return io::to_json_line(d.set("readings", std::move(readings))) + "\n";
}

std::string to_text(const Recording& recording) {
  std::string text = recording_header(recording);
  for (const RecordedTick& tick : recording.ticks) text += recording_line(recording.devices, tick);
  return text;
}

}  // namespace diffjoule::sensors
