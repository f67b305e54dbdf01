// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/measurement_view.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <set>

#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using measure::Measurement;
using measure::PartEnergy;
using measure::Phase;

std::string device_name(const Measurement& m, const std::string& id) {
  std::size_t alike = 0;
  std::string name = id;
  for (const sensors::DeviceInfo& device : m.devices) {
    if (device.id == id && !device.name.empty()) name = device.name;
  }
  for (const sensors::DeviceInfo& device : m.devices) alike += device.name == name ? 1 : 0;
  return alike > 1 ? name + " " + id.substr(0, 12) : name;
}

bool is_assumed(const Measurement& m, const std::string& id) {
  return std::any_of(m.devices.begin(), m.devices.end(),
                     [&id](const sensors::DeviceInfo& device) { return device.id == id && device.assumed; });
}

void add_part(report::Table& table, const Measurement& m, const std::string& phase, const PartEnergy& part,
              Duration elapsed) {
  const std::string assumed = is_assumed(m, part.device) ? ", assumed" : "";
  const std::string inside = part.counted ? "" : ", inside another";
  report::Cell energy =
      part.energy ? report::Cell::measure(with_uncertainty(*part.energy)) : report::Cell::measure("none");
  table.add(
      {phase, std::string(sensors::name(part.part)) + inside, device_name(m, part.device) + assumed, std::move(energy),
       part.above_idle ? report::Cell::measure(with_uncertainty(*part.above_idle)) : report::Cell(),
       part.mean_power ? report::Cell::quantity(*part.mean_power) : report::Cell(), report::Cell::quantity(elapsed)});
}

void add_phase(report::Table& table, const Measurement& m, const Phase& phase) {
  const std::string name = phase.name + (phase.count > 1 ? " x" + std::to_string(phase.count) : "");
  for (const PartEnergy& part : phase.parts) add_part(table, m, name, part, phase.elapsed);
  if (phase.parts.empty()) {
    table.add({name, "", "", report::Cell::measure("none"), {}, {}, report::Cell::quantity(phase.elapsed)});
  }
}

void add_totals(report::Table& table, const Measurement& m) {
  const measure::Totals sum = measure::totals(m.whole);
  const auto counted =
      std::count_if(m.whole.parts.begin(), m.whole.parts.end(), [](const PartEnergy& part) { return part.counted; });
  if (!sum.all || counted < 2) return;
  table.rule();
  table.add({"total", "", "", report::Cell::measure(with_uncertainty(*sum.all)),
             sum.above_idle ? report::Cell::measure(with_uncertainty(*sum.above_idle)) : report::Cell(),
             report::Cell::quantity(sum.all->value / m.whole.elapsed), report::Cell::quantity(m.whole.elapsed)});
}

std::string line_of(const measure::Doubt& doubt, const std::string& where) {
  std::string line = "- " + std::string(measure::name(doubt.kind)) + where + ": " + doubt.words;
  return line + (doubt.advice.empty() ? "" : " - " + doubt.advice);
}

// Each kind of doubt once a device, with the widest stretch it was seen in.
std::string verdict_of(const Measurement& m) {
  std::string lines;
  std::set<std::pair<measure::DoubtKind, std::string>> said;
  const auto say = [&](const measure::Verdict& verdict, const std::string& device, const std::string& where) {
    for (const measure::Doubt& doubt : verdict) {
      if (said.emplace(doubt.kind, device).second) lines += "\n" + line_of(doubt, where);
    }
  };
  say(m.verdict, "", "");
  for (const PartEnergy& part : m.whole.parts) say(part.verdict, part.device, " (" + device_name(m, part.device) + ")");
  for (const Phase& phase : m.phases) {
    for (const PartEnergy& part : phase.parts)
      say(part.verdict, part.device, " (" + phase.name + ", " + device_name(m, part.device) + ")");
  }
  if (!lines.empty()) return "Verdict: doubtful" + lines;
  return measure::totals(m.whole).all ? "Verdict: trustworthy; nothing was seen that casts doubt on it." : "";
}

std::string missing_of(const Measurement& m) {
  std::string lines;
  for (const PartEnergy& part : m.whole.parts) {
    if (!part.energy && !part.missing.empty())
      lines +=
          "\n- " + std::string(sensors::name(part.part)) + ", " + device_name(m, part.device) + ": " + part.missing;
  }
  return lines.empty() ? "" : "No energy of" + lines;
}

std::string idle_of(const Measurement& m) {
  std::string lines;
  for (const measure::DeviceIdle& idle : m.idle) {
    std::string line = std::string(sensors::name(idle.part)) + ", " + device_name(m, idle.device) + ":";
    for (const auto& [when, taken] : {std::pair("before", &idle.before), {"after", &idle.after}}) {
      if (!*taken) continue;
      line += std::string(" ") + to_text((*taken)->power.value) + " " + when + " (" + measure::name((*taken)->kind) +
              ", " + to_text((*taken)->length) + ")";
    }
    lines += "\n- " + line;
  }
  return lines.empty() ? "" : "Idle power" + lines;
}

std::string headline(const Measurement& m) {
  const bool any = measure::totals(m.whole).all.has_value();
  std::string text = any ? "Energy +/- twice its standard uncertainty (k = 2)" : "No energy could be measured";
  if (!any && !m.devices.empty()) text += ": no sensor gave a value";
  if (m.devices.empty()) text += ": no sensor was found";
  text += ". The command took " + to_text(m.whole.elapsed);
  if (m.exit_code) text += " and ended with code " + std::to_string(*m.exit_code);
  return text + ".";
}

}  // namespace

std::string with_uncertainty(const Estimate<Energy>& energy) {
  const double value = energy.value.in(joule), expanded = 2.0 * energy.uncertainty.in(joule);
  constexpr std::array<std::pair<double, const char*>, 6> prefixes{
      {{1e9, " GJ"}, {1e6, " MJ"}, {1e3, " kJ"}, {1.0, " J"}, {1e-3, " mJ"}, {1e-6, " uJ"}}};
  const double size = std::max(std::abs(value), expanded);
  auto prefix = std::find_if(prefixes.begin(), prefixes.end(), [size](const auto& p) { return size >= p.first; });
  if (prefix == prefixes.end()) prefix = size > 0.0 ? std::prev(prefixes.end()) : prefixes.begin() + 3;
  const double scaled = expanded / prefix->first;
  // Two digits of the uncertainty, and as many decimals of the value; never more than six.
  const int decimals = scaled > 0.0 ? std::clamp(1 - static_cast<int>(std::floor(std::log10(scaled))), 0, 6) : 2;
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "%.*f +/- %.*f%s", decimals, value / prefix->first, decimals, scaled,
                prefix->second);
  return text.data();
}

report::Page page_of(const Measurement& m) {
  report::Page page;
  page.text(headline(m));
  if (!m.devices.empty()) {
    report::Table table({{"phase"}, {"part"}, {"device"}, {"energy"}, {"above idle"}, {"mean power"}, {"time"}});
    for (const Phase& phase : m.phases) add_phase(table, m, phase);
    if (!m.phases.empty()) table.rule();
    add_phase(table, m, m.whole);
    add_totals(table, m);
    page.table(std::move(table));
  } else if (!m.phases.empty()) {
    report::Table table({{"phase"}, {"times"}, {"time"}});
    for (const Phase& phase : m.phases)
      table.add({phase.name, report::Cell::whole(phase.count), report::Cell::quantity(phase.elapsed)});
    page.table(std::move(table));
  }
  for (const std::string& paragraph : {missing_of(m), idle_of(m), verdict_of(m)}) {
    if (!paragraph.empty()) page.text(paragraph);
  }
  std::string notes;
  for (const std::string& note : m.notes) notes += (notes.empty() ? "" : "\n") + ("- " + note);
  if (!notes.empty()) page.text("Notes\n" + notes);
  return page;
}

}  // namespace diffjoule::api
