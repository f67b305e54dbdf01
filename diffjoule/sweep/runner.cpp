// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/runner.h"

#include <algorithm>
#include <cctype>

#include "diffjoule/measure/doubts.h"
#include "diffjoule/sweep/scaling.h"
#include "diffjoule/units/text.h"

namespace diffjoule::sweep {
namespace {

using measure::Idle;

constexpr Duration look_again = 0.25 * second;
constexpr Duration grace = 0.2 * second;
constexpr Duration patience = 10.0 * second;     // without getting closer to rest
constexpr double closer = 0.25;                  // of what is tolerated
constexpr Duration kept_before = 20.0 * second;  // of readings before a run
constexpr double least_share = 1e-9;             // of the evaluations: one of each phase

// A message without its numbers: "needs 4000000 bytes" and "needs 8000000 bytes" are one failure.
std::string without_digits(const std::string& text) {
  std::string kept;
  for (const char c : text) {
    if (std::isdigit(static_cast<unsigned char>(c)) == 0) kept += c;
  }
  return kept;
}

class Session {
 public:
  Session(const Plan& plan, Design& design, const Bench& bench) : plan_(plan), design_(design), bench_(bench) {}

  Result<Swept> run();

 private:
  bool wait(Duration length);
  void take_baseline();
  void come_to_rest();
  Result<std::optional<engines::Ran>> attempt(const engines::Task& task);
  Status run_one(const Configuration& configuration);
  measure::Measurement measurement(os::Instant begin, os::Instant end) const;
  Status keep(Trial trial, measure::Measurement m, bool cannot = false);
  [[nodiscard]] std::optional<Swept::End> reason_to_end() const;
  void tell(const char* doing, const Configuration* current, const Trial* finished = nullptr) const;
  [[nodiscard]] std::int64_t replicates(const std::string& key) const;
  void count_failure(const Trial& trial, bool cannot);

  const Plan& plan_;
  Design& design_;
  const Bench& bench_;
  Swept swept_;
  os::Instant began_ = bench_.clock.now();
  bool baseline_taken_ = false, has_succeeded_ = false;
  std::size_t failures_to_end_ = most_failures;  // failures in a row that end the sweep
  std::string failure_;                          // the latest, without its numbers
  std::vector<std::string> failing_;             // configurations that failed so in a row
};

// True where somebody asked for an end.
bool Session::wait(Duration length) {
  if (length > Duration{}) bench_.clock.wait_until(bench_.clock.now() + length, bench_.stop);
  return bench_.stop.rung();
}

void Session::tell(const char* doing, const Configuration* current, const Trial* finished) const {
  if (!bench_.tell) return;
  Standing s;
  for (const Trial& trial : bench_.journal.trials()) {
    s.failed += trial.failure.empty() ? 0 : 1;
    s.energy_assumed = s.energy_assumed || trial.energy_assumed;
    if (trial.energy) s.energy = s.energy.value_or(Energy{}) + trial.energy->value;
  }
  s.done = bench_.journal.trials().size();
  s.total = design_.size();
  s.elapsed = bench_.clock.now() - began_;
  if (swept_.ran > 0 && s.total >= s.done)
    s.left = static_cast<double>(s.total - s.done) / static_cast<double>(swept_.ran) * s.elapsed;
  s.current = current;
  s.doing = doing;
  bench_.tell(s, finished);
}

// With the model in place, so that it is what each run comes back to.
void Session::take_baseline() {
  if (baseline_taken_ || bench_.meter == nullptr) return;
  baseline_taken_ = true;
  if (plan_.baseline <= Duration{}) return;
  if (bench_.rest != nullptr) bench_.rest->begin_baseline();
  bench_.meter->take_idle(plan_.baseline, Idle::Kind::model_resident, true, bench_.stop);
  if (bench_.rest != nullptr) bench_.rest->end_baseline();
}

// Until the machine is as it was at the baseline, comes no closer to it, or has taken too long.
void Session::come_to_rest() {
  if (bench_.rest == nullptr) return;
  const os::Instant last = bench_.clock.now() + plan_.cool_down;
  os::Instant looked = bench_.clock.now();
  auto then = bench_.rest->excess();
  while (bench_.clock.now() < last) {
    const auto excess = bench_.rest->excess();
    if (!excess || *excess <= 1.0) return;
    if (bench_.clock.now() - looked >= patience) {
      if (then && *then - *excess < closer) return;
      then = excess;
      looked = bench_.clock.now();
    }
    if (wait(look_again)) return;
  }
}

measure::Measurement Session::measurement(os::Instant begin, os::Instant end) const {
  measure::Measurement m;
  if (bench_.meter != nullptr) {
    m = bench_.meter->measurement(begin, end);
  } else {
    m.host = bench_.journal.place().host;
    m.started = bench_.clock.since_epoch() - (bench_.clock.now() - begin);
    m.whole = {"run", 1, end - begin, {}};
    m.verdict.push_back(measure::no_sensor(bench_.advice));
  }
  m.program = bench_.program;
  return m;
}

// nullopt: somebody asked for an end before it began.
Result<std::optional<engines::Ran>> Session::attempt(const engines::Task& task) {
  if (auto prepared = bench_.engine.prepare(task); !prepared) return forward(prepared);
  take_baseline();
  engines::Task warm_up = task;
  if (bench_.scales) warm_up.fraction = least_share;
  for (std::int64_t i = 0; i < plan_.warm_up && !bench_.stop.rung(); ++i) {
    auto warmed = bench_.engine.run(warm_up);
    if (!warmed) return forward(warmed, "warm-up");
  }
  if (wait(plan_.idle)) return std::optional<engines::Ran>();
  come_to_rest();
  if (bench_.stop.rung()) return std::optional<engines::Ran>();
  const std::uint64_t window = bench_.meter != nullptr ? bench_.meter->begin({}) : 0;
  auto ran = bench_.engine.run(task);
  if (bench_.meter != nullptr) bench_.meter->end(window);
  if (!ran) return forward(ran);
  return std::optional(std::move(*ran));
}

std::int64_t Session::replicates(const std::string& key) const {
  const auto& trials = bench_.journal.trials();
  return std::count_if(trials.begin(), trials.end(),
                       [&key](const Trial& trial) { return trial.configuration.key() == key; });
}

// `cannot`: the engine says that this is not for it.
void Session::count_failure(const Trial& trial, bool cannot) {
  if (trial.failure.empty()) {
    failing_.clear();
    has_succeeded_ = true;
    return;
  }
  ++swept_.failed;
  // Neither says anything of the next one, which may be smaller or in another number format.
  if (trial.out_of_memory || (cannot && has_succeeded_)) return;
  failures_to_end_ = cannot ? most_refusals : most_failures;
  const std::string failure = without_digits(trial.failure);
  if (failure != failure_) failing_.clear();
  failure_ = failure;
  failing_.push_back(trial.failure);
}

Status Session::keep(Trial trial, measure::Measurement m, bool cannot) {
  count_failure(trial, cannot);
  ++swept_.ran;
  if (!trial.failure.empty()) m.notes.push_back("it failed: " + trial.failure);
  if (trial.scaled > 1.0)
    m.notes.push_back(
        "not all evaluations ran: figures of the measurement are of those that did, figures of the "
        "trial are scaled to all, by " +
        to_text(trial.scaled, 4));
  if (auto put = bench_.journal.put(trial, m, bench_.engine_name + ", " + bench_.engine.provenance()); !put)
    return forward(put, "keeping a trial");
  tell("running", nullptr, &bench_.journal.trials().back());
  return {};
}

Status Session::run_one(const Configuration& configuration) {
  engines::Task task;
  task.workload = configuration.workload;
  task.seed = static_cast<std::uint64_t>(replicates(configuration.key()));
  task.fraction = bench_.scales ? plan_.fraction : 1.0;
  const auto replicate = static_cast<std::int64_t>(task.seed);
  tell("running", &configuration);
  const os::Instant begin = bench_.clock.now();
  if (bench_.meter != nullptr) bench_.meter->forget(begin - kept_before);
  auto ran = attempt(task);
  if (!ran) {
    // Ctrl-C reaches the engine's programs too, perhaps before us: that is no failure of theirs.
    if (wait(grace)) return {};
    Trial failed;
    failed.configuration = configuration;
    failed.replicate = replicate;
    failed.failure = ran.error().message();
    failed.out_of_memory = ran.error().code() == ErrorCode::exhausted;
    return keep(std::move(failed), measurement(begin, bench_.clock.now()),
                ran.error().code() == ErrorCode::unavailable);
  }
  if (!*ran) return {};
  if (bench_.meter != nullptr) {
    for (const engines::RanPhase& phase : (*ran)->phases) bench_.meter->add({phase.name, phase.begin, phase.end});
  }
  measure::Measurement m = measurement((*ran)->begin, (*ran)->end);
  m.notes.insert(m.notes.end(), (*ran)->notes.begin(), (*ran)->notes.end());
  Trial trial = trial_of(configuration, replicate, **ran, m);
  return keep(std::move(trial), std::move(m));
}

std::optional<Swept::End> Session::reason_to_end() const {
  if (bench_.stop.rung()) return Swept::End::stopped;
  if (plan_.budget && bench_.clock.now() - began_ >= *plan_.budget) return Swept::End::budget;
  if (failing_.size() >= failures_to_end_) return Swept::End::failing;
  return std::nullopt;
}

Result<Swept> Session::run() {
  while (true) {
    auto next = design_.next(bench_.journal.trials());
    if (!next) return forward(next, "the next configuration");
    if (!*next) break;
    if (const auto end = reason_to_end()) {
      swept_.end = *end;
      break;
    }
    if (auto done = run_one(**next); !done) return forward(done);
  }
  switch (swept_.end) {
    case Swept::End::complete:
      swept_.words = design_.words();
      break;
    case Swept::End::stopped:
      swept_.words = "stopped; the same command goes on where it was";
      break;
    case Swept::End::budget:
      swept_.words = "the time is over (" + to_text(*plan_.budget) + "); the same command goes on where it was";
      break;
    case Swept::End::failing:
      swept_.words = std::to_string(failing_.size()) + " configurations in a row failed with: " + failing_.back() +
                     "; when that is mended, the same command with --retry-failed goes on";
      break;
  }
  return swept_;
}

}  // namespace

Result<Swept> run(const Plan& plan, Design& design, const Bench& bench) { return Session(plan, design, bench).run(); }

}  // namespace diffjoule::sweep
