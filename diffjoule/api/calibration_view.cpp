// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/calibration_view.h"

#include <cmath>

#include "diffjoule/api/outcome_view.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

// What a probe's work costs beyond rest, where power was measured.
void add_costs(const Document& answer, report::Table& table) {
  const Document* idle = answer.at_path("device.idle_w.value");
  for (const Document& p : *answer.at_path("calibration.probes")->array()) {
    const std::string& name = *p.find("name")->text();
    if (name == "start")
      table.add({"start of an operator", report::Cell::quantity(p.find("call_s")->number() * second)});
    if (!p.find("power_w")->is_number() || idle == nullptr) continue;
    const Power above = (p.find("power_w")->number() - idle->number()) * watt;
    const double flops = p.find("flops_per_s")->number(), bytes = p.find("bytes_per_s")->number();
    if (above > Power{} && flops > 0.0)
      table.add({"energy of a FLOP, " + name + " " + *p.find("dtype")->text(),
                 report::Cell::measure(to_text(above / (flops * flop_per_second) * (1e12 * flop)) + " a TFLOP")});
    if (above > Power{} && name == "stream")
      table.add({"energy of memory",
                 report::Cell::measure(to_text(above / (bytes * byte_per_second) * (1e9 * byte)) + " a GB")});
  }
}

report::Table sheet_table(const Document& answer) {
  const Document& device = *answer.find("device");
  report::Table table({{"what it does at its best"}, {"measured"}});
  for (const auto& [arithmetic, fact] : *device.find("peak_flops_per_s")->object())
    table.add({arithmetic + " arithmetic", report::Cell::quantity(fact.find("value")->number() * flop_per_second)});
  table.add({"memory",
             report::Cell::quantity(device.at_path("memory_bandwidth_bytes_per_s.value")->number() * byte_per_second)});
  if (const Document* idle = device.at_path("idle_w.value"))
    table.add({"power at rest", report::Cell::quantity(idle->number() * watt)});
  table.add({"power at most, " + *device.at_path("power_limit_w.source")->text(),
             report::Cell::quantity(device.at_path("power_limit_w.value")->number() * watt)});
  add_costs(answer, table);
  return table;
}

report::Table case_table(const Document::Array& cases) {
  report::Table table({{"case"}, {"measured"}, {"spread"}, {"predicted before"}, {"after"}, {"90 %"}, {"error after"}});
  for (const Document& c : cases) {
    const auto time = [&c](const char* key) { return report::Cell::quantity(c.find(key)->number() * second); };
    const auto text = [&c](const char* key) { return to_text(c.find(key)->number() * second); };
    const double error = c.find("after_s")->number() / c.find("measured_s")->number() - 1.0;
    const Document& w = *c.find("workload");
    std::string name = *w.find("model")->text();
    if (const Document* side = w.find("width")) name += " " + std::to_string(*side->integer()) + "px";
    if (const Document* batch = w.find("batch")) name += " batch " + std::to_string(*batch->integer());
    name += ", " + std::to_string(*w.find("steps")->integer()) + " steps";
    if (*c.find("unseen")->boolean()) name += " (unseen)";
    table.add({name, time("measured_s"), percent(c.find("spread")->number()), time("before_s"), time("after_s"),
               text("after_low_s") + " to " + text("after_high_s"),
               (error < 0.0 ? "-" : "+") + percent(std::abs(error))});
  }
  return table;
}

report::Page planned_page(const Document& answer) {
  report::Page page;
  page.text(*answer.at_path("device.name")->text() + ", by " + *answer.find("engine")->text());
  report::Table table({{"probe"}, {"arithmetic"}, {"at least"}});
  for (const Document& row : *answer.find("planned_probes")->array())
    table.add({*row.find("name")->text(), *row.find("dtype")->text(),
               report::Cell::quantity(row.find("at_least_s")->number() * second)});
  page.table(std::move(table));
  return std::move(page.text("then the corner cases of the models, as large as the rest of the time allows"));
}

}  // namespace

report::Page calibration_page(const Document& answer) {
  if (answer.find("planned_probes") != nullptr) return planned_page(answer);
  report::Page page;
  page.text(*answer.at_path("device.name")->text() + ", by " + *answer.at_path("calibration.engine")->text());
  page.table(sheet_table(answer));
  page.table(case_table(*answer.at_path("calibration.cases")->array()));
  page.text("\"before\" knows the probes only; \"after\" has seen the corner cases, and not the unseen one.");
  if (*answer.at_path("calibration.energy_assumed")->boolean())
    page.text("Energy is assumed: no sensor was found, so this calibration is of time.");
  for (const Document& note : *answer.find("notes")->array()) page.text("note: " + *note.text());
  const std::string path = *answer.find("written")->text();
  return std::move(page.text("law: " + path + "\nnext: diffjoule predict MODEL --law " + path));
}

}  // namespace diffjoule::api
