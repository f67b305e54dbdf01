// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "replayer/session.h"

#include <oneapi/dnnl/dnnl.h>

#include <algorithm>

#include "diffjoule/io/json.h"
#include "diffjoule/replay/cpu.h"
#include "diffjoule/workload/document.h"
#include "replayer/probe.h"

namespace diffjoule::replayer {
namespace {

using io::Document;

Document event(const char* name) { return std::move(Document().set("event", name)); }

// An interval of the machine's monotonic clock.
Document& set_times(Document& d, os::Instant begin, os::Instant end) {
  return d.set("begin_ns", begin.nanoseconds()).set("end_ns", end.nanoseconds());
}

const char* kind_of(ErrorCode code) {
  if (code == ErrorCode::exhausted) return "out_of_memory";
  return code == ErrorCode::unavailable ? "unsupported" : "failed";
}

std::string provenance() {
  const dnnl_version_t* v = dnnl_version();
  return "diffjoule-replay " DIFFJOULE_VERSION ", oneDNN " + std::to_string(v->major) + "." + std::to_string(v->minor) +
         "." + std::to_string(v->patch);
}

bool native(DType dtype) {
  const std::vector<DType> types = replay::native_arithmetic();
  return std::find(types.begin(), types.end(), dtype) != types.end();
}

}  // namespace

Session::Session(const Options& options, os::Clock& clock, Answer answer)
    : arithmetic_(options.arithmetic),
      clock_(clock),
      answer_(std::move(answer)),
      shelf_(shelf()),
      executor_(options.setup) {}

void Session::hear(std::string_view request) {
  const auto status = serve(request);
  if (status) return;
  Document d = event("failed");
  answer_(d.set("kind", kind_of(status.error().code())).set("message", status.error().message()));
}

Status Session::serve(std::string_view text) {
  auto request = io::parse_json(text);
  if (!request) return forward(request, "reading a request");
  const Document* member = request->find("request");
  const std::string name = member == nullptr || member->text() == nullptr ? "" : *member->text();
  if (name == "hello") return hello(*request);
  if (name == "probe") return probe(*request);
  if (name != "prepare" && name != "run")
    return fail(ErrorCode::invalid_argument, "no request is named \"" + name + "\"; hello, prepare, run and probe are");
  auto task = task_of(*request);
  if (!task) return forward(task);
  if (name == "run") return run(*task);
  if (auto status = prepare(*task); !status) return status;
  answer_(event("prepared"));
  return {};
}

Status Session::hello(const Document& request) {
  const Document* protocol = request.find("protocol");
  if (protocol == nullptr || protocol->number() != 1.0)
    return fail(ErrorCode::unavailable, "this engine speaks protocol 1; another one was asked for");
  const int threads = executor_.threads();
  Document arithmetic = Document::Array{};
  for (const DType dtype : replay::native_arithmetic()) arithmetic.push(std::string(diffjoule::name(dtype)));
  Document ready = event("ready");
  ready.set("engine", provenance()).set("kind", "cpu").set("arithmetic", std::move(arithmetic));
  answer_(ready.set(
      "device", replay::processor_name() + ", " + std::to_string(threads) + (threads == 1 ? " thread" : " threads")));
  return {};
}

Status Session::prepare(const Task& task) {
  const std::string key = canonical_key(task.workload);
  if (prepared_ == key) return {};
  prepared_.reset();
  auto program = program_of(shelf_, task.workload);
  if (!program) return forward(program);
  program_ = std::move(*program);
  std::vector<const Graph*> graphs;
  for (const Phase& phase : program_.phases) graphs.push_back(&phase.graph);
  if (auto status = executor_.prepare(graphs, arithmetic_); !status) return status;
  prepared_ = key;
  return {};
}

Status Session::run(const Task& task) {
  if (auto status = prepare(task); !status) return status;
  FlopCount flops;
  const os::Instant begin = clock_.now();
  os::Instant phase_begin = begin;
  std::vector<Document> phases;
  for (std::size_t i = 0; i < program_.phases.size(); ++i) {
    const Phase& phase = program_.phases[i];
    const std::int64_t executed = task.executed(phase.evaluations);
    for (std::int64_t n = 0; n < executed; ++n) {
      auto done = executor_.run(i);
      if (!done) return forward(done, phase.name);
      flops += *done;
    }
    const os::Instant end = clock_.now();
    Document d = event("phase");
    set_times(d.set("name", phase.name), phase_begin, end);
    answer_(d.set("evaluations", phase.evaluations).set("executed", executed));
    phase_begin = end;
  }
  Document d = event("ran"), list = Document::Array{};
  for (const std::string& note : notes()) list.push(note);
  set_times(d, begin, phase_begin);
  answer_(d.set("flops", to_decimal(flops.exact())).set("notes", std::move(list)));
  return {};
}

std::vector<std::string> Session::notes() const {
  std::vector<std::string> notes{"replayed on random numbers"};
  const bool int8 = arithmetic_ == replay::Arithmetic::int8;
  if (int8) notes.emplace_back("linear layers and convolutions multiplied in int8");
  if (int8 && !native(DType::int8)) notes.emplace_back("this processor has no instructions for int8 products");
  const bool halves = std::any_of(program_.phases.begin(), program_.phases.end(),
                                  [](const Phase& p) { return p.dtype == DType::bfloat16; });
  if (halves && !native(DType::bfloat16))
    notes.emplace_back("this processor has no instructions for bfloat16: oneDNN computes in float32");
  for (const std::string& missing : program_.missing) notes.push_back("not replayed: " + missing);
  return notes;
}

Status Session::probe(const Document& request) {
  auto probe = probe_of(request);
  if (!probe) return forward(probe);
  prepared_.reset();
  if (auto status = executor_.prepare({&probe->graph}, probe->arithmetic); !status) return status;
  std::int64_t calls = 0;
  const os::Instant begin = clock_.now();
  os::Instant end = begin;
  do {
    if (auto done = executor_.run(0); !done) return forward(done);
    ++calls;
    end = clock_.now();
  } while (end - begin < probe->at_least);
  Document d = event("probed");
  answer_(set_times(d, begin, end).set("calls", calls));
  return {};
}

}  // namespace diffjoule::replayer
