// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/device_document.h"

namespace diffjoule::store {
namespace {

using io::Document;
using sensors::Measurand;
using sensors::Part;

constexpr Measurand measurands[] = {Measurand::energy,           Measurand::power,         Measurand::power_limit,
                                    Measurand::temperature,      Measurand::clock,         Measurand::utilization,
                                    Measurand::throttle_reasons, Measurand::throttled_time};
constexpr Part parts[] = {Part::gpu,        Part::gpu_memory, Part::module,   Part::cpu_package, Part::cpu_core,
                          Part::cpu_uncore, Part::dram,       Part::platform, Part::rail,        Part::wall};

Document channel_document(const sensors::Channel& c) {
  Document d;
  d.set("name", c.name).set("measurand", sensors::name(c.measurand)).set("part", sensors::name(c.part));
  d.set("update_period_s", c.update_period.in(second)).set("averaging_window_s", c.averaging_window.in(second));
  d.set("resolution", c.resolution).set("wraps_at", c.wraps_at ? Document(*c.wraps_at) : Document());
  d.set("may_wrap", c.may_wrap).set("relative_uncertainty", c.relative_uncertainty);
  return std::move(d.set("missing", c.missing ? Document(*c.missing) : Document()));
}

// Reads members; keeps the first that is not as it must be.
class Members {
 public:
  explicit Members(const Document& document) : document_(document) {}
  std::string text(const char* key) {
    const Document* d = document_.find(key);
    if (d != nullptr && d->text() != nullptr) return *d->text();
    return bad(key), std::string();
  }
  double number(const char* key) {
    const Document* d = document_.find(key);
    if (d != nullptr && d->is_number()) return d->number();
    return bad(key), 0.0;
  }
  bool flag(const char* key) {
    const Document* d = document_.find(key);
    if (d != nullptr && d->boolean() != nullptr) return *d->boolean();
    return bad(key), false;
  }
  template <class T, std::size_t n>
  T one_of(const char* key, const T (&all)[n]) {
    const std::string wanted = text(key);
    for (const T value : all) {
      if (wanted == sensors::name(value)) return value;
    }
    return bad(key), all[0];
  }
  void bad(const char* key) {
    if (problem.empty()) problem = std::string("device: member \"") + key + "\" is missing or not as it must be";
  }
  std::string problem;

 private:
  const Document& document_;
};

sensors::Channel channel_from(const Document& document, std::string& problem) {
  Members m(document);
  sensors::Channel c;
  c.name = m.text("name");
  c.measurand = m.one_of("measurand", measurands);
  c.part = m.one_of("part", parts);
  c.update_period = m.number("update_period_s") * second;
  c.averaging_window = m.number("averaging_window_s") * second;
  c.resolution = m.number("resolution");
  c.may_wrap = m.flag("may_wrap");
  c.relative_uncertainty = m.number("relative_uncertainty");
  if (const Document* wraps = document.find("wraps_at"); wraps != nullptr && wraps->is_number())
    c.wraps_at = wraps->number();
  if (const Document* why = document.find("missing"); why != nullptr && why->text() != nullptr)
    c.missing = *why->text();
  if (problem.empty()) problem = m.problem;
  return c;
}

}  // namespace

Document document_of(const sensors::DeviceInfo& device) {
  Document channels = Document::Array{}, remarks = Document::Array{};
  for (const sensors::Channel& c : device.channels) channels.push(channel_document(c));
  for (const std::string& r : device.remarks) remarks.push(r);
  Document d;
  d.set("driver", device.driver).set("id", device.id).set("name", device.name).set("bus_id", device.bus_id);
  d.set("assumed", device.assumed).set("partition", device.partition);
  return std::move(d.set("channels", std::move(channels)).set("remarks", std::move(remarks)));
}

Result<sensors::DeviceInfo> device_from(const Document& document) {
  Members m(document);
  sensors::DeviceInfo device;
  device.driver = m.text("driver");
  device.id = m.text("id");
  device.name = m.text("name");
  device.bus_id = m.text("bus_id");
  device.assumed = m.flag("assumed");
  device.partition = m.flag("partition");
  const Document* channels = document.find("channels");
  if (channels == nullptr || channels->array() == nullptr) {
    m.bad("channels");
  } else {
    for (const Document& c : *channels->array()) device.channels.push_back(channel_from(c, m.problem));
  }
  if (const Document* remarks = document.find("remarks"); remarks != nullptr && remarks->array() != nullptr) {
    for (const Document& r : *remarks->array()) {
      if (r.text() != nullptr) device.remarks.push_back(*r.text());
    }
  }
  if (!m.problem.empty()) return fail(ErrorCode::invalid_data, m.problem);
  return device;
}

}  // namespace diffjoule::store
