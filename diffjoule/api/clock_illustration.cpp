// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/clock_illustration.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "diffjoule/dataset/measurements.h"
#include "diffjoule/io/csv.h"
#include "diffjoule/law/explanation.h"
#include "diffjoule/predict/predictor.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;

struct ClockRun {
  Frequency clock;
  Energy used;
  Duration elapsed;
};

// Runs of each GPU, one a clock, slowest first. They must be of one model: Stable Diffusion 1.4 here.
struct ClockRuns {
  std::map<std::string, std::vector<ClockRun>> by_gpu;
  Workload workload;
};

Status read_runs(const dataset::Table& table, ClockRuns& runs) {
  auto csv = io::parse_csv(table.bytes);
  if (!csv) return forward(csv, table.name);
  auto reader = dataset::RowReader::of(*csv);
  if (!reader) return forward(reader, table.name);
  for (std::size_t row = 0; row < csv->rows(); ++row) {
    auto request = reader->request(*csv, row);
    if (!request) return forward(request, table.name);
    auto measured = reader->measured(*csv, row);
    if (!measured) return forward(measured, table.name);
    if (!measured->clock || !measured->energy_per_item || !measured->latency_per_batch) continue;
    std::vector<ClockRun>& of_gpu = runs.by_gpu[request->run.gpu];
    const bool known =
        std::any_of(of_gpu.begin(), of_gpu.end(), [&](const ClockRun& r) { return r.clock == *measured->clock; });
    if (!known) of_gpu.push_back({*measured->clock, *measured->energy_per_item, *measured->latency_per_batch});
    runs.workload = request->workload;
  }
  for (auto& [gpu, of_gpu] : runs.by_gpu)
    std::sort(of_gpu.begin(), of_gpu.end(), [](const ClockRun& a, const ClockRun& b) { return a.clock < b.clock; });
  return {};
}

// Static share of a run's energy at full clocks, by the built-in law. Version 1.4 has the networks of 1.5.
Result<double> static_share(const law::Law& law, dataset::Observer& observer, Workload workload,
                            const std::string& gpu) {
  if (!observer.pipeline(workload.model)) workload.model = "sd15";
  auto seen = observer.observe(workload, {.gpu = gpu});
  if (!seen) return forward(seen);
  auto explained = law::explain(law, seen->observation);
  if (!explained) return forward(explained);
  Energy standing;
  for (const law::StageExplanation& stage : explained->stage) standing += stage.standing;
  return standing / explained->total();
}

}  // namespace

Result<Document> clock_illustration(const Context& context) {
  auto tables = dataset::bundled(context.data, "illustration");
  if (!tables) return forward(tables);
  auto law = predict::builtin_law(context.data);
  if (!law) return forward(law);
  dataset::Observer observer(models::Catalogue(context.data), GpuCatalogue(context.data));
  Document rows = Document::Array{};
  for (const dataset::Table& table : *tables) {
    ClockRuns runs;
    if (auto status = read_runs(table, runs); !status) return forward(status);
    for (const auto& [gpu, of_gpu] : runs.by_gpu) {
      const auto standing = static_share(*law, observer, runs.workload, gpu);
      const ClockRun& fastest = of_gpu.back();
      for (const ClockRun& r : of_gpu) {
        const double s = fastest.clock / r.clock;
        Document row = Document()
                           .set("table", table.name)
                           .set("gpu", gpu)
                           .set("clock_hz", r.clock.in(hertz))
                           .set("slowdown", s)
                           .set("energy_ratio", r.used / fastest.used)
                           .set("time_ratio", r.elapsed / fastest.elapsed)
                           .set("implied_time_ratio", s);
        if (standing)
          row.set("implied_energy_ratio", (1.0 - *standing) / std::sqrt(s) + *standing * s)
              .set("implied_at_measured_time_ratio",
                   (1.0 - *standing) / std::sqrt(s) + *standing * (r.elapsed / fastest.elapsed))
              .set("implied_static_share", *standing);
        rows.push(std::move(row));
      }
    }
  }
  return Document().set("heading", "illustration, low quality, never fitted").set("rows", std::move(rows));
}

void show_clocks(const Document& illustration, report::Page& page) {
  page.text("Energy and time against the SM clock - " + *illustration.find("heading")->text() +
            ".\nStable Diffusion 1.4, one image a process, loading of the model inside; the highest clock is derived.");
  report::Table table({{"GPU"},
                       {"SM clock", "MHz"},
                       {"s"},
                       {"energy measured", "x"},
                       {"implied", "x"},
                       {"in the time measured", "x"},
                       {"time measured", "x"},
                       {"implied", "x"}});
  const auto number = [](const Document& row, const char* key) {
    const Document* value = row.find(key);
    return value == nullptr ? report::Cell() : report::Cell::number(value->number());
  };
  std::string gpu;
  for (const Document& row : *illustration.find("rows")->array()) {
    if (!gpu.empty() && gpu != *row.find("gpu")->text()) table.rule();
    gpu = *row.find("gpu")->text();
    table.add({gpu, report::Cell::number(row.find("clock_hz")->number() / 1e6, 4), number(row, "slowdown"),
               number(row, "energy_ratio"), number(row, "implied_energy_ratio"),
               number(row, "implied_at_measured_time_ratio"), number(row, "time_ratio"),
               number(row, "implied_time_ratio")});
  }
  page.table(std::move(table));
  page.text(
      "Implied: the roofline's relation for work bound by the clock, which falls by s: time x s, dynamic energy / "
      "sqrt(s), static power x time, the static share that of the built-in law at the highest clock. Time moves less "
      "than that where loading and launches of the host, not the clock, take the time: the next column has the static "
      "power for the time measured instead.");
}

}  // namespace diffjoule::api
