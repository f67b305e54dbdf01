// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/workload_fields.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/sensors/request.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;
using sensors::Measurand;

const char* unit_of(Measurand measurand) {
  switch (measurand) {
    case Measurand::energy:
      return "J";
    case Measurand::power:
    case Measurand::power_limit:
      return "W";
    case Measurand::temperature:
      return "°C";
    case Measurand::clock:
      return "Hz";
    case Measurand::utilization:
      return "1";
    case Measurand::throttle_reasons:
      return "bits";
    case Measurand::throttled_time:
      return "s";
  }
  return "";
}

// A number where it is known, else null: zero stands for "not known" in a channel.
Document known(double value) { return value > 0.0 ? Document(value) : Document(); }

Document channel_of(const sensors::Channel& c) {
  Document d;
  d.set("channel", c.name).set("measurand", name(c.measurand)).set("part", name(c.part));
  d.set("unit", unit_of(c.measurand));
  d.set("update_period_s", known(c.update_period.in(second)));
  d.set("averaging_window_s", known(c.averaging_window.in(second)));
  d.set("resolution", known(c.resolution)).set("relative_uncertainty", known(c.relative_uncertainty));
  d.set("wraps_at", c.wraps_at ? Document(*c.wraps_at) : Document()).set("may_wrap", c.may_wrap || c.wraps_at);
  return std::move(d.set("missing", c.missing ? Document(*c.missing) : Document()));
}

Document device_of(const sensors::DeviceInfo& info) {
  Document d, channels = Document::Array{};
  d.set("device", info.id).set("driver", info.driver).set("name", info.name);
  d.set("bus_id", info.bus_id.empty() ? Document() : Document(info.bus_id));
  d.set("assumed", info.assumed).set("partition", info.partition);
  for (const sensors::Channel& c : info.channels) channels.push(channel_of(c));
  return std::move(d.set("channels", std::move(channels)).set("remarks", list_of(info.remarks)));
}

// Whether energy can come from it: by a counter or by adding up power.
bool measures_energy(const sensors::DeviceInfo& info) {
  for (const sensors::Channel& c : info.channels) {
    if (!c.missing && (c.measurand == Measurand::energy || c.measurand == Measurand::power)) return true;
  }
  return false;
}

Result<Answer> run(const Request& request, const Context& context) {
  os::SystemClock clock;
  sensors::Surroundings surroundings = sensors::real_surroundings(clock);
  surroundings.root = context.root;
  surroundings.requests = request.texts("sensor");
  auto found = sensors::find_asked(surroundings);
  if (!found) return forward(found);
  Document d, devices = Document::Array{}, drivers = Document::Array{};
  std::int64_t measuring = 0;
  for (const auto& device : found->devices) {
    devices.push(device_of(device->info()));
    if (measures_energy(device->info()) && !device->info().assumed) ++measuring;
  }
  for (const sensors::Driver& driver : sensors::all_drivers())
    drivers.push(Document().set("driver", driver.name).set("summary", driver.summary));
  d.set("devices", std::move(devices)).set("measuring", measuring);
  d.set("advice", list_of(found->advice)).set("drivers", std::move(drivers));
  return Answer{std::move(d), false, {}};
}

std::string text_at(const Document& d, const char* key) {
  const Document* found = d.find(key);
  return found == nullptr || found->text() == nullptr ? "" : *found->text();
}

bool flag_at(const Document& d, const char* key) {
  const Document* found = d.find(key);
  return found != nullptr && found->boolean() != nullptr && *found->boolean();
}

report::Cell duration_cell(const Document& d) {
  return d.is_number() ? report::Cell::quantity(d.number() * second) : report::Cell();
}

report::Cell resolution_cell(const Document& channel) {
  const Document& resolution = *channel.find("resolution");
  if (!resolution.is_number()) return {};
  const std::string unit = text_at(channel, "unit");
  if (unit == "J") return report::Cell::quantity(resolution.number() * joule);
  if (unit == "W") return report::Cell::quantity(resolution.number() * watt);
  if (unit == "1") return report::Cell::percent(resolution.number());
  return report::Cell::measure(to_text(resolution.number(), 3) + " " + unit);
}

report::Table channels_table(const Document::Array& devices) {
  report::Table table({{"device"},
                       {"channel"},
                       {"part"},
                       {"unit"},
                       {"new every"},
                       {"mean over"},
                       {"resolution"},
                       {"missing, because"}});
  for (const Document& device : devices) {
    for (const Document& c : *device.find("channels")->array()) {
      const std::string missing = text_at(c, "missing");
      table.add({text_at(device, "device"), text_at(c, "channel"), text_at(c, "part"), text_at(c, "unit"),
                 duration_cell(*c.find("update_period_s")), duration_cell(*c.find("averaging_window_s")),
                 resolution_cell(c), missing.empty() ? report::Cell() : report::Cell(missing)});
    }
  }
  return table;
}

report::Page view(const Document& answer) {
  report::Page page;
  const Document::Array& devices = *answer.find("devices")->array();
  std::string names;
  for (const Document& device : devices) {
    names += text_at(device, "device") + ": " + text_at(device, "name");
    if (flag_at(device, "assumed")) names += " (assumed, not measured)";
    if (flag_at(device, "partition")) names += " (a part of a card whose energy is that of the whole)";
    for (const Document& remark : *device.find("remarks")->array()) names += "\n  " + *remark.text();
    names += "\n";
  }
  if (!names.empty()) names.pop_back();
  if (answer.find("measuring")->number() == 0.0) {
    page.text(
        "Nothing here measures energy. \"diffjoule devices --sensor model\" shows what could be assumed instead; what "
        "is assumed is marked as such everywhere.");
  }
  if (!names.empty()) page.text(names);
  if (!devices.empty()) page.table(channels_table(devices));
  std::string advice;
  for (const Document& line : *answer.find("advice")->array()) advice += (advice.empty() ? "" : "\n") + *line.text();
  if (!advice.empty()) page.text("What would make more available:\n" + advice);
  return page;
}

}  // namespace

Verb devices() {
  return {
      "devices",
      "which sensors are here, what each can measure, and what would make more available",
      "Looks for every sensor of energy that this machine has: NVIDIA, AMD and Intel GPUs, the counters of the "
      "processor (RAPL), the rails of a Jetson, power meters of servers (ACPI). What is there but cannot be read is "
      "listed with the reason.\n\n"
      "Sensors that nobody finds by looking are asked for with --sensor: \"replay:FILE\" plays a recording; "
      "\"wall:tcp://HOST:PORT\" and \"wall:unix:PATH\" read a meter's lines of WATTS or of power_w=WATTS "
      "energy_j=JOULES; \"wall:http://HOST:PORT/metrics#METRIC{label=value}\" reads a page of Prometheus metrics; "
      "\"model\", \"model:cpu=65\" and \"model:gpu=300\" are no sensors but thermal design power times utilisation, "
      "always marked as assumed.",
      {{.name = "sensor",
        .help = "a sensor that is not found by itself: replay:FILE, wall:ADDRESS, model:WHAT=WATTS; may be repeated",
        .placeholder = "SENSOR",
        .many = true}},
      {"diffjoule devices", "diffjoule devices --sensor model:cpu=65"},
      run,
      view};
}

}  // namespace diffjoule::api
