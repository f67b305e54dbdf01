// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/sweep_view.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <string>

#include "diffjoule/api/outcome_view.h"
#include "diffjoule/sweep/summary.h"
#include "diffjoule/sweep/trial_document.h"
#include "diffjoule/units/text.h"
#include "diffjoule/workload/document.h"

namespace diffjoule::api {
namespace {

using io::Document;

template <class Quantity>
Document in_unit(const std::optional<Quantity>& quantity, const Quantity& unit) {
  return quantity ? Document(quantity->in(unit)) : Document();
}

Document document_of(const sweep::Summary& summary, std::int64_t doubtful) {
  Document d, levels = Document::Object{};
  for (const auto& [axis, level] : summary.configuration.levels) levels.set(axis, level);
  d.set("levels", std::move(levels)).set("workload", to_document(summary.configuration.workload));
  d.set("repeats", static_cast<std::int64_t>(summary.repeats)).set("doubtful", doubtful);
  d.set("median_elapsed_s", in_unit(summary.elapsed, second)).set("spread_s", in_unit(summary.spread, second));
  d.set("energy_j", summary.energy ? Document(summary.energy->value.in(joule)) : Document());
  d.set("energy_uncertainty_j", summary.energy ? Document(summary.energy->uncertainty.in(joule)) : Document());
  d.set("energy_assumed", summary.energy_assumed).set("out_of_memory", summary.out_of_memory);
  return std::move(d.set("failure", summary.failure.empty() ? Document() : Document(summary.failure)));
}

// "64" before "512"; words by letter.
bool reads_before(const std::string& a, const std::string& b) {
  double left = 0.0, right = 0.0;
  const auto one = std::from_chars(a.data(), a.data() + a.size(), left);
  const auto other = std::from_chars(b.data(), b.data() + b.size(), right);
  if (one.ec == std::errc() && other.ec == std::errc() && left != right) return left < right;
  return a < b;
}

// Configurations as people look for them, whatever the order in which they ran.
std::vector<sweep::Summary> in_order(std::vector<sweep::Summary> summaries) {
  std::stable_sort(summaries.begin(), summaries.end(), [](const sweep::Summary& a, const sweep::Summary& b) {
    return std::lexicographical_compare(
        a.configuration.levels.begin(), a.configuration.levels.end(), b.configuration.levels.begin(),
        b.configuration.levels.end(),
        [](const auto& left, const auto& right) { return reads_before(left.second, right.second); });
  });
  return summaries;
}

Document sums_of(const std::vector<sweep::Trial>& trials) {
  std::int64_t failed = 0;
  Duration elapsed;
  double joules = 0.0, uncertainty = 0.0;  // the same sensor's error is in all: they add up
  bool has_energy = false, assumed = false;
  for (const sweep::Trial& trial : trials) {
    failed += trial.failure.empty() ? 0 : 1;
    elapsed += trial.elapsed;
    if (!trial.energy) continue;
    has_energy = true;
    assumed = assumed || trial.energy_assumed;
    joules += trial.energy->value.in(joule);
    uncertainty += trial.energy->uncertainty.in(joule);
  }
  Document sums;
  sums.set("trials", static_cast<std::int64_t>(trials.size())).set("failed", failed);
  sums.set("elapsed_s", elapsed.in(second)).set("energy_j", has_energy ? Document(joules) : Document());
  sums.set("energy_uncertainty_j", has_energy ? Document(uncertainty) : Document());
  return std::move(sums.set("energy_assumed", assumed));
}

report::Cell time_cell(const Document* value) {
  return value->is_number() ? report::Cell::quantity(value->number() * second) : report::Cell();
}

std::string energy_text(const Document& row) {
  const Document* energy = row.find("energy_j");
  if (!energy->is_number()) return {};
  constexpr double expanded = 2.0;
  const bool assumed = *row.find("energy_assumed")->boolean();
  return to_text(energy->number() * joule) + " +- " +
         to_text(expanded * row.find("energy_uncertainty_j")->number() * joule) + (assumed ? " assumed" : "");
}

std::string verdict_text(const Document& row) {
  if (const std::string* failure = row.find("failure")->text())
    return (*row.find("out_of_memory")->boolean() ? "out of memory: " : "failed: ") + *failure;
  if (!row.find("energy_j")->is_number()) return "time only";
  const std::int64_t doubtful = *row.find("doubtful")->integer();
  return doubtful == 0
             ? "ok"
             : "doubtful: " + std::to_string(doubtful) + " of " + std::to_string(*row.find("repeats")->integer());
}

report::Table table_of(const Document::Array& rows) {
  std::vector<report::Heading> headings;
  for (const auto& [axis, level] : *rows.front().find("levels")->object()) headings.push_back({axis});
  if (headings.empty()) headings.push_back({"model"});
  for (const char* heading : {"runs", "median time", "spread", "energy (k = 2)", "verdict"})
    headings.push_back({heading});
  report::Table table(headings);
  for (const Document& row : rows) {
    std::vector<report::Cell> cells;
    for (const auto& [axis, level] : *row.find("levels")->object()) cells.emplace_back(*level.text());
    if (cells.empty()) cells.emplace_back(*row.at_path("workload.model")->text());
    cells.push_back(report::Cell::whole(static_cast<WideInteger>(*row.find("repeats")->integer())));
    cells.push_back(time_cell(row.find("median_elapsed_s")));
    cells.push_back(time_cell(row.find("spread_s")));
    const std::string energy = energy_text(row);
    cells.push_back(energy.empty() ? report::Cell() : report::Cell::measure(energy));
    cells.emplace_back(verdict_text(row));
    table.add(std::move(cells));
  }
  return table;
}

std::string sums_text(const Document& sums) {
  std::string text = std::to_string(*sums.find("trials")->integer()) + " runs, " +
                     std::to_string(*sums.find("failed")->integer()) + " of them failed; " +
                     to_text(sums.find("elapsed_s")->number() * second) + " in all";
  const std::string energy = energy_text(sums);
  return text + (energy.empty() ? "" : ", " + energy + " (k = 2)");
}

// An exact count is text where it is beyond what doubles hold.
FlopCount flops_in(const Document& value) {
  WideInteger count = 0;
  if (value.integer() != nullptr) count = static_cast<WideInteger>(*value.integer());
  if (value.text() == nullptr) return FlopCount(count);
  for (const char digit : *value.text()) count = 10 * count + static_cast<WideInteger>(digit - '0');
  return FlopCount(count);
}

report::Page planned_page(const Document& answer) {
  const Document::Array& rows = *answer.find("planned")->array();
  report::Page page;
  if (rows.empty()) return page;
  std::vector<report::Heading> headings;
  for (const auto& [axis, level] : *rows.front().find("levels")->object()) headings.push_back({axis});
  if (headings.empty()) headings.push_back({"model"});
  headings.push_back({"work of a run"});
  report::Table table(headings);
  for (const Document& row : rows) {
    std::vector<report::Cell> cells;
    for (const auto& [axis, level] : *row.find("levels")->object()) cells.emplace_back(*level.text());
    if (cells.empty()) cells.emplace_back(*row.at_path("workload.model")->text());
    const Document* flops = row.find("flops");
    cells.emplace_back(flops->is_null() ? report::Cell(*row.find("reason")->text())
                                        : report::Cell::quantity(flops_in(*flops)));
    table.add(std::move(cells));
  }
  page.table(std::move(table));
  const std::string total = to_text(flops_in(*answer.find("total_flops")));
  if (*answer.at_path("plan.design")->text() == "adaptive")
    return std::move(
        page.text(std::to_string(rows.size()) + " configurations to choose from; one run of each: " + total));
  return std::move(page.text(std::to_string(rows.size()) + " configurations, at least " +
                             std::to_string(*answer.find("runs")->integer()) + " runs; one of each: " + total));
}

}  // namespace

void put_trials(Document& answer, const sweep::Journal& journal) {
  Document trials = Document::Array{}, rows = Document::Array{};
  std::map<std::string, std::int64_t> doubtful;
  for (const sweep::Trial& trial : journal.trials()) {
    const std::int64_t doubts = journal.doubts(trial);
    doubtful[trial.configuration.key()] += doubts > 0 ? 1 : 0;
    trials.push(std::move(sweep::to_document(trial).set("doubts", doubts)));
  }
  for (const sweep::Summary& summary : in_order(sweep::summaries(journal.trials())))
    rows.push(document_of(summary, doubtful[summary.configuration.key()]));
  answer.set("configurations", std::move(rows)).set("sums", sums_of(journal.trials())).set("trials", std::move(trials));
}

report::Page sweep_page(const Document& answer) {
  if (answer.find("planned") != nullptr) return planned_page(answer);
  report::Page page;
  if (const Document* simulated = answer.find("simulated"); simulated != nullptr && *simulated->boolean())
    page.text("SIMULATED: the synthetic engine computes nothing; these are a script's times.");
  const Document::Array& rows = *answer.find("configurations")->array();
  if (!rows.empty()) page.table(table_of(rows));
  page.text(sums_text(*answer.find("sums")));
  page.text(*answer.at_path("plan.name")->text() + ": " + std::to_string(*answer.find("ran_now")->integer()) +
            " runs in this session; " + *answer.find("ended")->text());
  if (const Document* fit = answer.find("fit")) add_outcome(*fit, page);
  if (const Document* store = answer.find("store")) page.text("store: " + *store->text());
  if (const Document* path = answer.find("written")) page.text("table: " + *path->text());
  return page;
}

}  // namespace diffjoule::api
