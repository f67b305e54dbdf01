// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/worker_engine.h"

#include <charconv>
#include <utility>

#include "diffjoule/engines/out_of_memory.h"
#include "diffjoule/io/json.h"
#include "diffjoule/workload/document.h"

namespace diffjoule::engines {
namespace {

using os::Worker;
using protocol::Event;

constexpr Duration usual_patience = 3600.0 * second, longest_patience = 1e7 * second;
// An answer may be rounded, and a GPU's own clock is laid over ours.
constexpr Duration slack = 0.02 * second;
constexpr std::size_t most_phases = 100'000;

os::Instant from_now(Duration patience) { return os::SystemClock().now() + patience; }

std::string seconds_text(Duration time) {
  std::string text = std::to_string(time.in(second));
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " s";
}

std::string last_words(const std::string& complaints) {
  std::string text = complaints;
  text.erase(text.find_last_not_of(" \n\r\t") + 1);
  return text.empty() ? "; it wrote nothing to standard error" : "; the end of its standard error:\n" + text;
}

}  // namespace

Setting timeout_setting() { return {"timeout", "seconds that an answer may take", "3600"}; }

Result<Duration> timeout_of(const Settings& settings) {
  const auto given = settings.find("timeout");
  if (given == settings.end()) return usual_patience;
  const std::string& text = given->second;
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0.0) || value * second > longest_patience)
    return fail(ErrorCode::invalid_argument,
                "timeout: found \"" + text + "\", seconds above 0 and up to 1e7 are meant");
  return value * second;
}

Error WorkerEngine::gave_up(Worker::Outcome outcome) {
  const std::string program = "the program \"" + start_.program.arguments.front() + "\" ";
  const auto end = worker_->stop(outcome == Worker::Outcome::ended ? 1.0 * second : Duration{});
  const std::string complaints = worker_->complaints();
  worker_.reset();
  prepared_.clear();
  if (outcome == Worker::Outcome::asked_to_end) return {ErrorCode::unavailable, program + "was interrupted"};
  if (outcome == Worker::Outcome::late)
    return {ErrorCode::unavailable, program + "did not answer within " + seconds_text(start_.patience) +
                                        " and was ended" + last_words(complaints)};
  if (!end) return {ErrorCode::unavailable, program + "closed its standard output" + last_words(complaints)};
  if (end->perhaps_for_memory())
    return {ErrorCode::exhausted, program + "was killed, perhaps for memory" + last_words(complaints)};
  return {says_out_of_memory(complaints) ? ErrorCode::exhausted : ErrorCode::unavailable,
          program + end->words() + " instead of answering" + last_words(complaints)};
}

Error WorkerEngine::broke_protocol(const std::string& how) {
  worker_->stop({});
  const std::string complaints = worker_->complaints();
  worker_.reset();
  prepared_.clear();
  return {ErrorCode::invalid_data, "the program \"" + start_.program.arguments.front() +
                                       "\" does not speak the engine protocol (docs/reference/engine-protocol.md): " +
                                       how + (complaints.empty() ? "" : last_words(complaints))};
}

Result<WorkerEngine::Answer> WorkerEngine::hear_answer(os::Instant until) {
  std::vector<RanPhase> phases;
  for (;;) {
    Worker::Heard heard = worker_->hear(until);
    if (heard.outcome == Worker::Outcome::cut)
      return tl::unexpected<Error>(broke_protocol("a line of more than " + std::to_string(start_.program.longest_line) +
                                                  " bytes: \"" + heard.line.substr(0, 60) + "...\""));
    if (heard.outcome != Worker::Outcome::fine) return tl::unexpected<Error>(gave_up(heard.outcome));
    auto event = protocol::event_from(heard.line);
    if (!event) return tl::unexpected<Error>(broke_protocol(event.error().message()));
    auto* phase = std::get_if<RanPhase>(&*event);
    if (phase == nullptr) return Answer{std::move(*event), std::move(phases)};
    if (phases.size() == most_phases)
      return tl::unexpected<Error>(broke_protocol("more than " + std::to_string(most_phases) + " phases"));
    phases.push_back(std::move(*phase));
  }
}

Result<WorkerEngine::Answer> WorkerEngine::ask(const io::Document& request) {
  const os::Instant until = from_now(start_.patience);
  asked_ = clock_.now();
  const Worker::Outcome said = worker_->say(io::to_json_line(request), until);
  if (said != Worker::Outcome::fine) return tl::unexpected<Error>(gave_up(said));
  return hear_answer(until);
}

template <class Wanted>
Result<Wanted> WorkerEngine::wanted(Result<Answer> answer) {
  if (!answer) return forward(answer);
  if (auto* failed = std::get_if<protocol::Failed>(&answer->event)) return tl::unexpected<Error>(failed->error);
  auto* event = std::get_if<Wanted>(&answer->event);
  if (event == nullptr) {
    return tl::unexpected<Error>(broke_protocol("it answered with \"" + std::string(protocol::name(answer->event)) +
                                                "\", which is no answer to what was asked"));
  }
  return std::move(*event);
}

Status WorkerEngine::awake() {
  if (worker_) return {};
  auto worker = Worker::start(start_.program);
  if (!worker) return forward(worker);
  worker_ = std::move(*worker);
  auto ready = wanted<protocol::Ready>(ask(protocol::hello_request()));
  if (!ready) {
    worker_.reset();  // one that failed at this is of no use
    return forward(ready);
  }
  ready_ = std::move(*ready);
  return {};
}

Result<Device> WorkerEngine::device() {
  if (ready_) return ready_->device;
  if (auto status = awake(); !status) return forward(status);
  return ready_->device;
}

Status WorkerEngine::prepare(const Task& task) {
  if (auto status = awake(); !status) return forward(status);
  prepared_.clear();
  auto done = wanted<protocol::Prepared>(ask(protocol::task_request("prepare", task)));
  if (!done) return forward(done);
  prepared_ = canonical_key(task.workload);
  return {};
}

Status WorkerEngine::check_times(os::Instant begin, os::Instant end) {
  if (begin >= asked_ - slack && end <= clock_.now() + slack) return {};
  return tl::unexpected<Error>(
      broke_protocol("its times are not those between request and answer; nanoseconds of CLOCK_MONOTONIC are meant"));
}

Result<Ran> WorkerEngine::run(const Task& task) {
  if (!worker_ || prepared_ != canonical_key(task.workload)) {
    if (auto status = prepare(task); !status) return forward(status, "preparing");
  }
  auto answer = ask(protocol::task_request("run", task));
  if (!answer) return forward(answer);
  std::vector<RanPhase> phases = std::move(answer->phases);
  auto done = wanted<protocol::Done>(std::move(answer));
  if (!done) return forward(done);
  auto ran = protocol::ran_from(std::move(phases), std::move(*done));
  if (!ran) return tl::unexpected<Error>(broke_protocol(ran.error().message()));
  if (auto status = check_times(ran->begin, ran->end); !status) return forward(status);
  return ran;
}

Result<Probed> WorkerEngine::probe(const Probe& probe) {
  auto request = protocol::probe_request(probe);
  if (!request) return forward(request);
  if (auto status = awake(); !status) return forward(status);
  auto probed = wanted<Probed>(ask(*request));
  if (!probed) return forward(probed);
  if (auto status = check_times(probed->begin, probed->end); !status) return forward(status);
  return probed;
}

std::vector<int> WorkerEngine::processes() const {
  return worker_ ? std::vector<int>{worker_->pid()} : std::vector<int>{};
}

std::string WorkerEngine::provenance() const { return start_.name + (ready_ ? ": " + ready_->engine : ""); }

}  // namespace diffjoule::engines
