// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/outcome_view.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/stats/summary.h"
#include "diffjoule/units/text.h"
#include "diffjoule/workload/document.h"

namespace diffjoule::api {
namespace {

using io::Document;

std::string label_of(const Document& row) {
  std::string text;
  for (const auto& [axis, level] : *row.find("levels")->object())
    text += (text.empty() ? "" : ", ") + axis + " " + *level.text();
  return text.empty() ? *row.at_path("workload.model")->text() : text;
}

Document document_of(const sweep::Comparison& c) {
  Document d, levels = Document::Object{};
  for (const auto& [axis, level] : c.configuration.levels) levels.set(axis, level);
  d.set("levels", std::move(levels)).set("workload", to_document(c.configuration.workload)).set("seen", c.seen);
  d.set("measured_s", c.measured.in(second)).set("spread", c.spread);
  d.set("replicates", static_cast<std::int64_t>(c.replicates)).set("predicted_s", c.predicted.in(second));
  d.set("predicted_low_s", c.low.in(second)).set("predicted_high_s", c.high.in(second));
  return std::move(d.set("error", c.error()).set("close", c.close()));
}

std::string signed_percent(double share) { return (share >= 0.0 ? "+" : "-") + percent(std::abs(share)); }

report::Table table_of(const Document::Array& rows) {
  report::Table table(
      {{"configuration the law never saw"}, {"measured"}, {"spread"}, {"predicted"}, {"90 %"}, {"error"}});
  const auto time = [](const Document& row, const char* key) { return to_text(row.find(key)->number() * second); };
  for (const Document& row : rows) {
    if (*row.find("seen")->boolean()) continue;
    table.add({label_of(row), report::Cell::measure(time(row, "measured_s")), percent(row.find("spread")->number()),
               report::Cell::measure(time(row, "predicted_s")),
               time(row, "predicted_low_s") + " to " + time(row, "predicted_high_s"),
               signed_percent(row.find("error")->number())});
  }
  return table;
}

std::string regression_text(const Document& d) {
  if (!d.find("r2")->is_number()) return {};
  const bool of_time = *d.find("of_time")->boolean();
  std::string text = std::string("As the paper fits it, ln ") + (of_time ? "t" : "E") + " on ln FLOPs: R2 " +
                     to_text(d.find("r2")->number(), 3) + " (paper, within a GPU: 0.95)";
  if (*d.find("alpha_set")->boolean()) return text + ", alpha set to 1: these runs cannot tell it";
  if (d.find("alpha")->is_number()) text += ", alpha " + to_text(d.find("alpha")->number(), 3);
  if (d.find("alpha_low")->is_number())
    text += " [" + to_text(d.find("alpha_low")->number(), 3) + ", " + to_text(d.find("alpha_high")->number(), 3) + "]";
  text += " (paper: 0.99)";
  return text + (of_time ? "; of time, for no energy was measured" : "");
}

}  // namespace

std::string percent(double share) { return to_text(100.0 * share, 2) + " %"; }

Document document_of(const sweep::Outcome& o, const std::string& device_origin) {
  Document d, rows = Document::Array{}, notes = Document::Array{};
  for (const sweep::Comparison& c : o.comparisons) rows.push(document_of(c));
  for (const std::string& note : o.notes) notes.push(note);
  const auto number = [](const std::optional<double>& value) { return value ? Document(*value) : Document(); };
  d.set("device_from", device_origin).set("of_time", o.of_time).set("r2", number(o.r2));
  d.set("alpha", number(o.alpha)).set("alpha_low", number(o.alpha_low)).set("alpha_high", number(o.alpha_high));
  d.set("alpha_set", o.alpha_set).set("paper_r2", sweep::paper_r2).set("paper_alpha", sweep::paper_alpha);
  d.set("comparisons", std::move(rows)).set("notes", std::move(notes));
  return std::move(d.set("law", law::to_document(o.law)));
}

void add_outcome(const Document& d, report::Page& page) {
  const Document::Array& rows = *d.find("comparisons")->array();
  std::vector<double> seen, unseen;
  std::size_t close = 0;
  for (const Document& row : rows) {
    const bool was_seen = *row.find("seen")->boolean();
    (was_seen ? seen : unseen).push_back(std::abs(row.find("error")->number()));
    if (!was_seen && *row.find("close")->boolean()) ++close;
  }
  if (!unseen.empty()) page.table(table_of(rows));
  if (!seen.empty())
    page.text("The law of this device (form device): off by " + percent(stats::median(seen)) +
              " in the median of the " + std::to_string(seen.size()) + " configurations it was fitted on" +
              (unseen.empty()
                   ? "."
                   : ", by " + percent(stats::median(unseen)) + " in that of the " + std::to_string(unseen.size()) +
                         " it never saw; " + std::to_string(close) + " of these within 10 % or twice the spread."));
  if (const std::string regression = regression_text(d); !regression.empty()) page.text(regression);
  for (const Document& note : *d.find("notes")->array()) page.text(*note.text());
  page.text("data sheet of the device: " + *d.find("device_from")->text());
}

report::Chart picture_of(const sweep::Outcome& outcome, const std::string& title, bool simulated) {
  report::Chart chart;
  chart.title = (simulated ? "Simulated: " : "") + title;
  chart.description = "Predicted against measured time of each configuration; the bar is the 90 % interval";
  chart.x_label = "predicted time";
  chart.y_label = std::string(simulated ? "simulated" : "measured") + " time";
  chart.unit = "s";
  chart.band = 1.1;
  chart.hollow_means = "not seen by the law";
  std::map<std::string, std::size_t> places;
  for (const sweep::Comparison& c : outcome.comparisons) {
    const std::string& model = c.configuration.workload.model;
    const auto [place, fresh] = places.try_emplace(model, chart.series.size());
    if (fresh) chart.series.push_back({model, {}});
    chart.series[place->second].points.push_back({c.predicted.in(second), c.measured.in(second), c.low.in(second),
                                                  c.high.in(second), !c.seen, c.configuration.key()});
  }
  return chart;
}

}  // namespace diffjoule::api
