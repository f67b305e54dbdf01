// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "diffjoule/api/device_sheet.h"
#include "diffjoule/api/end_watch.h"
#include "diffjoule/api/launch_fields.h"
#include "diffjoule/api/measurement_entry.h"
#include "diffjoule/api/meter_fields.h"
#include "diffjoule/api/metered_engine.h"
#include "diffjoule/api/outcome_view.h"
#include "diffjoule/api/plan_fields.h"
#include "diffjoule/api/sweep_view.h"
#include "diffjoule/api/verb.h"
#include "diffjoule/api/workload_fields.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/sweep/adaptive.h"
#include "diffjoule/sweep/calibration.h"
#include "diffjoule/sweep/designs.h"
#include "diffjoule/sweep/plan_design.h"
#include "diffjoule/sweep/repeated.h"
#include "diffjoule/sweep/runner.h"
#include "diffjoule/sweep/work.h"
#include "diffjoule/units/text.h"
#include "diffjoule/workload/document.h"

namespace diffjoule::api {
namespace {

using io::Document;
using Kind = Field::Kind;

std::vector<Field> fields() {
  std::vector<Field> all = plan_fields();
  const std::vector<Field> own{
      {.name = "store", .help = "file that keeps the runs, else the usual one", .placeholder = "FILE"},
      {.name = "part", .help = "only the K-th of N disjoint shares of the design", .placeholder = "K/N"},
      {.name = "retry-failed", .kind = Kind::flag, .help = "run again what failed, but for lack of memory"},
      {.name = "csv", .help = "write the runs as a table for fit and lint", .placeholder = "FILE"},
      {.name = "law-output",
       .help = "write the law fitted on the runs, with its device: for predict --law",
       .placeholder = "FILE"},
      {.name = "picture", .help = "write measured against predicted time as an SVG", .placeholder = "FILE"},
      {.name = "dry-run",
       .kind = Kind::flag,
       .help = "list the configurations with their FLOPs, run nothing; with --launcher slurm: write, submit nothing"},
  };
  all.insert(all.end(), own.begin(), own.end());
  for (const auto& more : {meter_fields(), launch_fields()}) all.insert(all.end(), more.begin(), more.end());
  return all;
}

Result<std::optional<sweep::Part>> part_of(const Request& request) {
  const auto text = request.text("part");
  if (!text) return std::optional<sweep::Part>();
  auto part = sweep::part_from(*text);
  if (!part) return forward(part, "--part");
  return std::optional(*part);
}

// What would run, and how much work it is.
Result<Answer> dry_run(const sweep::Plan& plan, const std::optional<sweep::Part>& part, const Context& context) {
  auto all = sweep::configurations(plan);
  if (!all) return forward(all);
  models::PipelineShelf shelf = shelf_of(context);
  const auto find = [&shelf](const std::string& name) { return shelf.find(name); };
  Answer answer;
  Document rows = Document::Array{};
  FlopCount total;
  std::int64_t runs = 0;
  for (const sweep::Configuration& c : sweep::share_of(std::move(*all), part.value_or(sweep::Part{}))) {
    auto work = sweep::work_of(find, c.workload);
    Document row, levels = Document::Object{};
    for (const auto& [axis, level] : c.levels) levels.set(axis, level);
    row.set("levels", std::move(levels)).set("workload", to_document(c.workload));
    row.set("flops", work ? exact(work->exact()) : Document());
    row.set("reason", work ? Document() : Document(work.error().message()));
    if (work) total += *work;
    answer.partial = answer.partial || !work;
    runs += static_cast<std::int64_t>(plan.repeats.least);
    rows.push(std::move(row));
  }
  answer.document.set("plan", sweep::to_document(plan)).set("planned", std::move(rows));
  answer.document.set("runs", runs).set("total_flops", exact(total.exact()));
  return answer;
}

struct Session {
  const Request& request;
  const Context& context;
  const sweep::Plan& plan;
  std::optional<sweep::Part> part;
  std::string store;
};

Result<Answer> answer_of(const Session& session, sweep::Journal& journal, const sweep::Swept& swept,
                         const MeteredEngine& o) {
  Answer answer;
  Document device;
  device.set("name", o.device.name).set("kind", o.device.kind);
  answer.document.set("plan", sweep::to_document(session.plan)).set("plan_key", sweep::key(session.plan));
  answer.document.set("engine", o.engine->provenance()).set("device", std::move(device)).set("store", session.store);
  answer.document.set("ran_now", static_cast<std::int64_t>(swept.ran)).set("ended", swept.words);
  answer.document.set("complete", swept.end == sweep::Swept::End::complete);
  put_trials(answer.document, journal);
  if (const auto path = session.request.text("csv")) {
    auto records = journal.records();
    if (!records) return forward(records);
    if (auto done = io::write_file(*path, sweep::to_csv(*records, session.plan.name)); !done) return forward(done);
    answer.document.set("written", *path);
  }
  if (!o.meter)
    answer.warnings.emplace_back(
        "no sensor was found: times only (\"diffjoule devices\" says what would help; "
        "--assume takes a model's energy)");
  const bool any_failed = *answer.document.at_path("sums.failed")->integer() > 0;
  answer.partial = any_failed || swept.end != sweep::Swept::End::complete;
  return answer;
}

// What the law is about: the device's data sheet and the plan's configurations.
class Target {
 public:
  Target(const Session& session, const MeteredEngine& engine, os::Clock& clock)
      : session_(session), engine_(engine), clock_(clock) {}

  Result<std::unique_ptr<sweep::Design>> design() {
    if (session_.plan.design != sweep::DesignKind::adaptive) return sweep::design_of(session_.plan, session_.part);
    if (session_.part)
      return fail(ErrorCode::invalid_argument, "an adaptive design cannot be shared: each run decides the next");
    if (auto known = learn(); !known) return forward(known, "adaptive design");
    auto all = sweep::full_factorial(session_.plan);
    if (!all) return forward(all);
    sweep::AdaptiveOptions options{session_.plan.interval, static_cast<std::size_t>(session_.plan.checks),
                                   session_.plan.seed};
    if (session_.plan.points) options.most = static_cast<std::size_t>(*session_.plan.points);
    options.overhead += session_.plan.idle;
    auto adaptive = sweep::Adaptive::over(std::move(*all), *observer_, options);
    if (!adaptive) return forward(adaptive);
    return std::unique_ptr<sweep::Design>(
        std::make_unique<sweep::Repeated>(std::move(*adaptive), session_.plan.repeats));
  }

  // Fits what there is, and says so in the answer.
  Status conclude(const std::vector<sweep::Trial>& trials, Answer& answer) {
    const bool simulated = session_.plan.engine == "synthetic";
    answer.document.set("simulated", simulated);
    if (std::all_of(trials.begin(), trials.end(), [](const sweep::Trial& t) { return !t.failure.empty(); })) return {};
    auto known = learn();
    auto outcome = known ? sweep::outcome_of(trials, *observer_) : tl::unexpected<Error>(std::move(known).error());
    if (!outcome) {
      answer.warnings.push_back("no fit: " + outcome.error().message());
      return {};
    }
    answer.document.set("fit", document_of(*outcome, sheet_.origin));
    if (const auto path = session_.request.text("law-output")) {
      sweep::Calibration kept{sheet_.sheet, engine_.engine->provenance(), engine_.assumed, outcome->law};
      if (auto done = io::write_file(*path, io::to_json(sweep::to_document(kept)) + "\n"); !done) return done;
    }
    if (const auto path = session_.request.text("picture"))
      return io::write_file(
          *path, report::to_svg(picture_of(*outcome, session_.plan.name + " on " + engine_.device.name, simulated)));
    return {};
  }

 private:
  Status learn() {
    if (observer_) return {};
    auto sheet = device_sheet(engine_, session_.context, clock_);
    if (!sheet) return forward(sheet);
    sheet_ = std::move(*sheet);
    GpuCatalogue gpus(session_.context.data);
    gpus.add(sheet_.sheet);
    dataset_.emplace(shelf_of(session_.context), std::move(gpus));
    observer_.emplace(sweep::Observer{*dataset_, sheet_.sheet.name, session_.plan.engine});
    return {};
  }

  const Session& session_;
  const MeteredEngine& engine_;
  os::Clock& clock_;
  DeviceSheet sheet_;
  std::optional<dataset::Observer> dataset_;
  std::optional<sweep::Observer> observer_;
};

Result<Answer> run_session(const Session& session, os::Clock& clock) {
  const Teller teller;
  auto watch = EndWatch::begin(say_ending);
  if (!watch) return forward(watch);
  auto o = metered_engine(session.request, session.context, session.plan, clock);
  if (!o) return forward(o);
  auto journal = sweep::Journal::open(session.store, session.plan, {host_name(), o->device.name}, session.part);
  if (!journal) return forward(journal);
  if (session.request.flag("retry-failed")) journal->retry_failed();
  Target target(session, *o, clock);
  auto design = target.design();
  if (!design) return forward(design);
  const sweep::Bench bench = bench_of(*o, session.plan, *journal, clock, (*watch)->alarm(), teller, session.context);
  auto swept = sweep::run(session.plan, **design, bench);
  teller.end();
  if (!swept) return forward(swept);
  auto answer = answer_of(session, *journal, *swept, *o);
  if (!answer) return forward(answer);
  if (auto status = target.conclude(journal->trials(), *answer); !status) return forward(status);
  answer->warnings.insert(answer->warnings.begin(), journal->news().begin(), journal->news().end());
  constexpr int by_signal = 128;
  if (const auto signal = (*watch)->asked()) answer->exit_code = by_signal + *signal;
  return answer;
}

// Tasks get the plan and what a session is told beside it.
Result<Answer> launched(const Request& request, const Context& context, const sweep::Plan& plan) {
  if (request.text("csv"))
    return fail(ErrorCode::invalid_argument,
                "--csv: the tasks' runs are one table after their merge only; ask for it "
                "then, with the same --plan and --store");
  LaunchedPlan handed{plan.name, sweep::to_document(plan), plan.design != sweep::DesignKind::adaptive, meter_fields()};
  handed.fields.push_back({.name = "retry-failed", .kind = Kind::flag, .help = ""});
  return launch(request, context, handed, !request.flag("dry-run"));
}

Result<Answer> run(const Request& request, const Context& context) {
  auto plan = plan_of(request, context);
  if (!plan) return forward(plan, "sweep");
  if (is_launched(request)) {
    auto answer = launched(request, context, *plan);
    if (!answer) return forward(answer, "sweep");
    return answer;
  }
  auto part = part_of(request);
  if (!part) return forward(part, "sweep");
  if (request.flag("dry-run")) return dry_run(*plan, *part, context);
  os::SystemClock clock;
  auto store = store_path(request, clock);
  if (!store) return forward(store, "sweep");
  return run_session({request, context, *plan, *part, *store}, clock);
}

}  // namespace

Verb sweep() {
  return {
      "sweep",
      "run a design of configurations, metered and kept",
      "Runs models on an engine over all combinations of some axes, their corners, a Latin hypercube or what an "
      "adaptive design asks for, in a random order of blocks. Each run is in the store the moment it ends: after "
      "Ctrl-C, kill -9 or a reboot the same command goes on, and runs nothing twice. What fails is kept with its "
      "reason. --launcher hands shares of the plan to a job array of Slurm or to every GPU of this machine, and merges "
      "their stores. Exit code 1 where something failed or is still to be done.",
      fields(),
      {"diffjoule sweep sd15 --engine synthetic --axis resolution=256,512 --axis steps=10,20 --dry-run",
       "diffjoule sweep --plan paper-sd2 --dry-run"},
      run,
      [](const Document& answer) { return is_launch(answer) ? page_of_launch(answer) : sweep_page(answer); }};
}

}  // namespace diffjoule::api
