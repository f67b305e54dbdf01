// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "diffjoule/api/duration.h"
#include "diffjoule/api/measured_command.h"
#include "diffjoule/api/measurement_view.h"
#include "diffjoule/api/meter_fields.h"
#include "diffjoule/api/verb.h"
#include "diffjoule/os/log_phases.h"
#include "diffjoule/store/export.h"
#include "diffjoule/store/place.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;
using Kind = Field::Kind;

constexpr int most_repeats_for_precision = 100;

// What people say, and the export it is.
const std::vector<std::pair<std::string, std::string>>& named_exports() {
  static const std::vector<std::pair<std::string, std::string>> names{
      {"codecarbon", "codecarbon_csv"}, {"zeus", "zeus_log"}, {"prometheus", "prometheus_text"}};
  return names;
}

constexpr const char* own_tables = "tables";

std::vector<std::string> formats() {
  std::vector<std::string> all{own_tables};
  for (const auto& [name, member] : named_exports()) all.push_back(name);
  return all;
}

std::vector<Field> fields() {
  std::vector<Field> all{
      {.name = "command",
       .help = "what to run, after \"--\"; its streams and signals are untouched",
       .placeholder = "COMMAND",
       .positional = true,
       .required = true,
       .many = true,
       .rest = true},
      {.name = "idle", .help = "idle power is taken so long before and after, such as 10s", .placeholder = "TIME"},
      {.name = "cool-down", .help = "pause between runs and before the idle after", .placeholder = "TIME"},
      {.name = "repeat", .kind = Kind::integer, .help = "runs", .placeholder = "N", .least = 1, .most = 10000},
      {.name = "precision",
       .help = "repeat until half the 95 % interval of the mean energy is that share of it, such as 1%; at most 100 "
               "runs, or --repeat",
       .placeholder = "SHARE"},
      {.name = "warm-up",
       .kind = Kind::integer,
       .help = "runs before, not measured",
       .placeholder = "N",
       .least = 0,
       .most = 1000},
      {.name = "phase-pattern",
       .help = "NAME=REGEX: a line of the command's output that matches begins phase NAME; with a group that holds a "
               "number of seconds it ends a phase that long",
       .placeholder = "NAME=REGEX",
       .many = true},
      {.name = "phase-patterns",
       .help = "a built-in set of them",
       .placeholder = "SET",
       .choices = os::LogPhases::set_names()},
      {.name = "store", .help = "file that keeps measurements, else the usual one", .placeholder = "FILE"},
      {.name = "no-store", .kind = Kind::flag, .help = "keep nothing"},
      {.name = "strict", .kind = Kind::flag, .help = "exit code 125 where the verdict is doubtful"},
      {.name = "csv",
       .help = "the report as another tool would write it",
       .placeholder = "FORMAT",
       .choices = formats()},
      {.name = "output",
       .help = "write the report there instead of to standard error",
       .placeholder = "FILE",
       .letter = 'o'},
  };
  const std::vector<Field> meter = meter_fields();
  all.insert(all.end(), meter.begin(), meter.end());
  return all;
}

Status read_times(const Request& request, CommandOptions& options) {
  for (const auto& [field, value] :
       {std::pair("idle", &options.idle), {"cool-down", &options.cool_down}, {"period", &options.period}}) {
    auto duration = duration_of(request, field);
    if (!duration) return forward(duration);
    *value = *duration;
  }
  if (options.period && options.period->in(second) < 0.01)
    return fail(ErrorCode::invalid_argument,
                "--period: found " + to_text(*options.period) + ", at least 10ms is meant");
  return {};
}

Result<CommandOptions> options_of(const Request& request, const Context& context) {
  CommandOptions options;
  options.command = request.texts("command");
  options.program = "diffjoule " + context.version;
  if (auto read = read_times(request, options); !read) return forward(read);
  options.warm_up = static_cast<int>(request.integer("warm-up").value_or(0));
  if (const auto precision = request.text("precision")) {
    auto share = share_from(*precision);
    if (!share) return forward(share, "--precision");
    options.precision = *share;
  }
  const int repeats = options.precision ? most_repeats_for_precision : 1;
  options.repeat = static_cast<int>(request.integer("repeat").value_or(repeats));
  options.patterns = request.texts("phase-pattern");
  if (const auto set = request.text("phase-patterns")) options.pattern_sets = {*set};
  options.store = request.text("store");
  if (request.flag("no-store")) {
    options.store.reset();
  } else if (!options.store) {
    os::SystemClock clock;
    const auto place = store::default_place(sensors::real_surroundings(clock).environment);
    if (place) options.store = *place;
  }
  return options;
}

bool is_doubtful(const measure::Measurement& m) {
  const auto doubted = [](const measure::Phase& phase) {
    return std::any_of(phase.parts.begin(), phase.parts.end(),
                       [](const measure::PartEnergy& part) { return part.counted && !part.verdict.empty(); });
  };
  return !m.verdict.empty() || doubted(m.whole) || std::any_of(m.phases.begin(), m.phases.end(), doubted) ||
         !measure::totals(m.whole).all;
}

Document document_of(const MeasuredCommand& measured) {
  Document answer = measure::to_document(measured.measurement);
  if (measured.runs.size() < 2) return answer;
  Document runs = Document::Array{};
  for (const CommandRun& run : measured.runs) {
    Document row;
    row.set("elapsed_s", run.elapsed.in(second));
    row.set("energy_j", run.energy ? Document(run.energy->value.in(joule)) : Document());
    row.set("energy_uncertainty_j", run.energy ? Document(run.energy->uncertainty.in(joule)) : Document());
    runs.push(std::move(row.set("exit_code", run.exit_code).set("outlier", run.outlier)));
  }
  Document repeats;
  repeats.set("count", static_cast<std::int64_t>(measured.summary.count));
  repeats.set("mean_energy_j", measured.summary.count > 0 ? Document(measured.summary.mean.in(joule)) : Document());
  repeats.set("half_width_95_j",
              measured.summary.half_width ? Document(measured.summary.half_width->in(joule)) : Document());
  repeats.set("runs", std::move(runs));
  answer.set("repeats", std::move(repeats));
  return answer;
}

// The text of --csv FORMAT.
Result<std::optional<std::string>> exported(const Request& request, const measure::Measurement& measurement) {
  const auto format = request.text("csv");
  if (!format) return std::optional<std::string>();
  if (*format == own_tables) return std::optional<std::string>(report::to_csv(page_of(measurement)));
  for (const auto& [name, member] : named_exports()) {
    if (name != *format) continue;
    auto writer = store::export_named(member);
    if (!writer) return forward(writer);
    auto text = (*writer)->write(measurement, {});
    if (!text) return forward(text, "--csv " + *format);
    return std::optional<std::string>(std::move(*text));
  }
  return std::optional<std::string>();
}

Result<Answer> run(const Request& request, const Context& context) {
  auto options = options_of(request, context);
  if (!options) return forward(options, "measure");
  os::SystemClock clock;
  auto found = sensors_of(request, context, clock);
  if (!found) return forward(found, "measure");
  auto measured = measure_command(*options, std::move(*found), clock);
  if (!measured) return forward(measured, "measure");
  Answer answer{document_of(*measured), false, {}};
  auto text = exported(request, measured->measurement);
  if (!text) return forward(text, "measure");
  answer.text = std::move(*text);
  answer.exit_code = request.flag("strict") && is_doubtful(measured->measurement) ? 125 : measured->exit_code;
  return answer;
}

report::Table table_of(const Document& repeats) {
  report::Table table({{"run"}, {"energy"}, {"time"}, {"exit code"}, {""}});
  std::int64_t number = 0;
  for (const Document& run : *repeats.find("runs")->array()) {
    const Document* energy = run.find("energy_j");
    table.add({report::Cell::whole(static_cast<std::uint64_t>(++number)),
               energy->is_number() ? report::Cell::quantity(energy->number() * joule) : report::Cell(),
               report::Cell::quantity(run.find("elapsed_s")->number() * second),
               report::Cell::whole(static_cast<std::uint64_t>(*run.find("exit_code")->integer())),
               *run.find("outlier")->boolean() ? "outlier" : ""});
  }
  const Document *mean = repeats.find("mean_energy_j"), *half_width = repeats.find("half_width_95_j");
  if (!mean->is_number()) return table;
  table.rule();
  const std::string width = half_width->is_number() ? "+/- " + to_text(half_width->number() * joule) + " (95 %)" : "";
  table.add({"mean", report::Cell::quantity(mean->number() * joule), {}, {}, width});
  return table;
}

report::Page view(const Document& answer) {
  const auto measurement = measure::measurement_from(answer);
  if (!measurement) return std::move(report::Page().text(measurement.error().message()));
  report::Page page = page_of(*measurement);
  if (const Document* repeats = answer.find("repeats")) page.table(table_of(*repeats));
  return page;
}

}  // namespace

Verb measure() {
  Verb verb{
      "measure",
      "energy of a command while it runs, and a verdict",
      "Runs the command as the shell would and meters the machine meanwhile: GPUs, processors, memory, whatever has a "
      "sensor. Standard output is the command's, the report goes to standard error or --output. The exit code is "
      "the command's; 128 + n by signal, 127 not found, 126 not to be executed, 125 where the meter itself failed.\n"
      "Phases come from the program (DIFFJOULE_PHASES, which libdiffjoule and the Python package write to) or "
      "from what it prints (--phase-pattern).",
      fields(),
      {"diffjoule measure --no-store -- sleep 1",
       "diffjoule measure --no-store --repeat 2 --phase-pattern nap=^begin -- echo begin"},
      run,
      view};
  verb.runs_a_command = true;
  return verb;
}

}  // namespace diffjoule::api
