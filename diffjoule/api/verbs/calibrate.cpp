// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "diffjoule/api/calibration_view.h"
#include "diffjoule/api/device_sheet.h"
#include "diffjoule/api/duration.h"
#include "diffjoule/api/end_watch.h"
#include "diffjoule/api/measurement_entry.h"
#include "diffjoule/api/meter_fields.h"
#include "diffjoule/api/metered_engine.h"
#include "diffjoule/api/verb.h"
#include "diffjoule/api/workload_fields.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/law/fit.h"
#include "diffjoule/sweep/blocks.h"
#include "diffjoule/sweep/calibration.h"
#include "diffjoule/sweep/calibration_cases.h"
#include "diffjoule/sweep/outcome.h"
#include "diffjoule/units/text.h"

namespace diffjoule::api {
namespace {

using io::Document;
using Kind = Field::Kind;

// A sixth of the time is for probes, a twentieth for the machine at rest, the rest for models.
constexpr double probing_share = 1.0 / 6.0, idle_share = 0.05, running_share = 0.7;
constexpr std::int64_t repeats_of_a_case = 3;
constexpr Duration usual_budget = 300.0 * second;

std::vector<Field> fields() {
  std::vector<Field> all{
      {.name = "model",
       .help = "models whose corner cases are run; default: sd15",
       .placeholder = "MODEL",
       .positional = true,
       .many = true},
      {.name = "engine", .help = "what runs them (diffjoule list engines); default: replay", .placeholder = "ENGINE"},
      {.name = "set", .help = "a setting of the engine; may be repeated", .placeholder = "NAME=VALUE", .many = true},
      {.name = "budget", .help = "about how long it may take; default: 5m", .placeholder = "TIME"},
      {.name = "output",
       .help = "where the law is written; default: beside the store, by the device's name",
       .placeholder = "FILE",
       .letter = 'o'},
      {.name = "dry-run", .kind = Kind::flag, .help = "say what would be probed, run nothing"},
      {.name = "store", .help = "file that keeps the runs, else the usual one", .placeholder = "FILE"},
  };
  const std::vector<Field> meter = meter_fields();
  all.insert(all.end(), meter.begin(), meter.end());
  return all;
}

Result<sweep::Plan> plan_of(const Request& request) {
  sweep::Plan plan;
  plan.engine = request.text("engine").value_or("replay");
  for (const std::string& text : request.texts("set")) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorCode::invalid_argument, "--set: found \"" + text + "\", NAME=VALUE is meant");
    plan.settings[text.substr(0, equals)] = text.substr(equals + 1);
  }
  plan.baseline = {};  // taken before the probes
  plan.cool_down = 20.0 * second;
  plan.repeats = {.least = repeats_of_a_case, .most = repeats_of_a_case, .warm_up = 0};
  return plan;
}

// The machine's power at rest; nullopt without a sensor.
std::optional<Power> idle_power(const MeteredEngine& o, Duration length, os::Clock& clock, os::Alarm& stop) {
  if (!o.meter) return std::nullopt;
  if (o.rest) o.rest->begin_baseline();
  o.meter->take_idle(length, measure::Idle::Kind::context_held, true, stop);
  if (o.rest) o.rest->end_baseline();
  const os::Instant now = clock.now();
  const auto energy = measure::totals(o.meter->measurement(now - length, now).whole).all;
  if (!energy || energy->value <= Energy{}) return std::nullopt;
  return energy->value / length;
}

class Calibrating {
 public:
  Calibrating(const Request& request, const Context& context, os::Clock& clock, os::Alarm& stop)
      : request_(request), context_(context), clock_(clock), stop_(stop) {}

  Result<Answer> run(sweep::Plan plan, Duration budget);

 private:
  Status learn_sheet(Duration budget);
  Result<std::vector<sweep::Trial>> run_cases(const sweep::Cases& cases);
  Status judge(const std::vector<sweep::Trial>& trials);
  Result<Answer> answer();

  const Request& request_;
  const Context& context_;
  os::Clock& clock_;
  os::Alarm& stop_;
  Teller teller_;
  sweep::Plan plan_;
  MeteredEngine engine_;
  sweep::Calibration found_;
  law::Law before_;
  std::optional<dataset::Observer> dataset_;
  std::vector<std::string> notes_;
  std::string ended_;
};

// Idle power, probes, the sheet and the law that follows from them.
Status Calibrating::learn_sheet(Duration budget) {
  teller_.say("at rest: " + to_text(idle_share * budget));
  const auto idle = idle_power(engine_, idle_share * budget, clock_, stop_);
  teller_.say("probing " + engine_.device.name + ": " + to_text(probing_share * budget));
  auto probes = probe(engine_, probing_share * budget, clock_);
  if (!probes) return forward(probes);
  notes_ = probes->notes;
  auto sheet = sweep::data_sheet(engine_.device, probes->results, idle, assumed_power_limit);
  if (!sheet) return forward(sheet);
  found_.device = std::move(*sheet);
  found_.probes = std::move(probes->results);
  found_.engine = engine_.engine->provenance();
  found_.energy_assumed = !engine_.meter || engine_.assumed;
  std::vector<law::Observation> rows;
  for (const sweep::ProbeResult& r : found_.probes) rows.push_back(sweep::observation_of(r, found_.device));
  auto form = law::form_named("device");
  if (!form) return forward(form);
  auto law = law::fit(**form, rows);
  if (!law) return forward(law);
  before_ = std::move(*law);
  GpuCatalogue gpus(context_.data);
  gpus.add(found_.device);
  dataset_.emplace(shelf_of(context_), std::move(gpus));
  return {};
}

Result<std::vector<sweep::Trial>> Calibrating::run_cases(const sweep::Cases& cases) {
  // Of its own each time: a calibration is of now.
  plan_.name = "calibrate-" + os::utc_text(clock_.since_epoch());
  plan_.base = cases.configurations.front().workload;
  auto store = store_path(request_, clock_);
  if (!store) return forward(store);
  auto journal = sweep::Journal::open(*store, plan_, {host_name(), engine_.device.name}, {});
  if (!journal) return forward(journal);
  sweep::BlockDesign design(cases.configurations, plan_.repeats, plan_.seed);
  auto swept = sweep::run(plan_, design, bench_of(engine_, plan_, *journal, clock_, stop_, teller_, context_));
  teller_.end();
  if (!swept) return forward(swept);
  if (swept->end != sweep::Swept::End::complete) notes_.push_back(swept->words);
  for (const sweep::Trial& trial : journal->trials()) {
    if (!trial.failure.empty()) notes_.push_back(trial.configuration.key() + " failed: " + trial.failure);
  }
  return journal->trials();
}

// The law with the cases, and both laws against them.
Status Calibrating::judge(const std::vector<sweep::Trial>& trials) {
  const sweep::Observer observer{*dataset_, found_.device.name, plan_.engine};
  auto outcome = sweep::outcome_of(trials, observer);
  if (!outcome) return forward(outcome);
  found_.law = std::move(outcome->law);
  for (const bool checks : {false, true}) {
    auto before = sweep::compare(before_, trials, observer, checks);
    auto after = sweep::compare(found_.law, trials, observer, checks);
    if (!before) return forward(before);
    if (!after) return forward(after);
    for (std::size_t i = 0; i < after->size(); ++i) {
      const sweep::Comparison& c = (*after)[i];
      found_.cases.push_back({c.configuration, c.measured, c.spread, static_cast<std::int64_t>(c.replicates),
                              (*before)[i].predicted, c.predicted, c.low, c.high, checks});
    }
  }
  return {};
}

Result<Answer> Calibrating::answer() {
  std::string path = request_.text("output").value_or("");
  if (path.empty()) {
    auto usual = calibration_path(engine_.device.name, clock_);
    if (!usual) return forward(usual);
    path = *usual;
    std::error_code ignored;  // writing says what is wrong
    std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  }
  Answer answer;
  answer.document = sweep::to_document(found_);
  if (auto written = io::write_file(path, io::to_json(answer.document) + "\n"); !written) return forward(written);
  answer.document.set("written", path).set("notes", list_of(notes_));
  answer.partial = !notes_.empty();
  return answer;
}

Result<Answer> Calibrating::run(sweep::Plan plan, Duration budget) {
  plan_ = std::move(plan);
  auto engine = metered_engine(request_, context_, plan_, clock_);
  if (!engine) return forward(engine);
  engine_ = std::move(*engine);
  if (auto learnt = learn_sheet(budget); !learnt) return forward(learnt);
  if (stop_.rung()) return fail(ErrorCode::unavailable, "stopped before a model was run: nothing was written");
  std::vector<std::string> models = request_.texts("model");
  if (models.empty()) models = {"sd15"};
  const sweep::Observer observer{*dataset_, found_.device.name, plan_.engine};
  auto cases = sweep::cases_for({models, engine_.device.arithmetic, running_share * budget, repeats_of_a_case}, before_,
                                observer);
  if (!cases) return forward(cases);
  teller_.say("corner cases of " + std::to_string(models.size()) + " model(s): about " + to_text(cases->expected));
  plan_.budget = budget;
  auto trials = run_cases(*cases);
  if (!trials) return forward(trials);
  if (auto judged = judge(*trials); !judged) return forward(judged);
  return answer();
}

// The device and its probes; which cases follow depends on what they say.
Result<Answer> dry_run(const Request& request, const Context& context, const sweep::Plan& plan, Duration budget,
                       os::Clock& clock) {
  auto engine = metered_engine(request, context, plan, clock);
  if (!engine) return forward(engine);
  Document probes = Document::Array{}, device;
  for (const sweep::ProbePlan& p : sweep::probes_for(engine->device, probing_share * budget)) {
    Document row;
    row.set("name", p.name).set("dtype", name(p.probe.dtype)).set("at_least_s", p.probe.at_least.in(second));
    probes.push(std::move(row));
  }
  device.set("name", engine->device.name).set("kind", engine->device.kind);
  Answer answer;
  answer.document.set("engine", engine->engine->provenance()).set("device", std::move(device));
  answer.document.set("planned_probes", std::move(probes));
  return answer;
}

Result<Answer> run(const Request& request, const Context& context) {
  auto plan = plan_of(request);
  if (!plan) return forward(plan, "calibrate");
  auto budget = duration_of(request, "budget");
  if (!budget) return forward(budget, "calibrate");
  os::SystemClock clock;
  if (request.flag("dry-run")) {
    auto planned = dry_run(request, context, *plan, budget->value_or(usual_budget), clock);
    if (!planned) return forward(planned, "calibrate");
    return planned;
  }
  auto watch = EndWatch::begin(say_ending);
  if (!watch) return forward(watch);
  auto answer =
      Calibrating(request, context, clock, (*watch)->alarm()).run(std::move(*plan), budget->value_or(usual_budget));
  if (!answer) return forward(answer, "calibrate");
  constexpr int by_signal = 128;
  if (const auto signal = (*watch)->asked()) answer->exit_code = by_signal + *signal;
  return answer;
}

}  // namespace

Verb calibrate() {
  return {
      "calibrate",
      "learn what this machine does, in minutes",
      "Takes the machine's power at rest, probes it with single operators (matrix products, a convolution, an "
      "attention, a stream), then runs the four corners of resolution and steps of a model or two, and a fifth case "
      "that the law does not see. The law of this device is written for predict --law and found by sweep. Without "
      "an energy sensor it learns time, and says that energy is assumed. Exit code 1 where something was left out.",
      fields(),
      {"diffjoule calibrate --dry-run"},
      run,
      calibration_page};
}

}  // namespace diffjoule::api
