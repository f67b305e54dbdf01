// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/measured_command.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "diffjoule/api/measurement_entry.h"
#include "diffjoule/measure/meter.h"
#include "diffjoule/measure/phase_client.h"
#include "diffjoule/measure/phase_socket.h"
#include "diffjoule/os/log_phases.h"
#include "diffjoule/os/process.h"
#include "diffjoule/os/signals.h"
#include "diffjoule/store/recording.h"

namespace diffjoule::api {
namespace {

using measure::Idle;
using measure::Span;

constexpr const char* run_name = "repeat";  // the phase of one run where there are several

measure::StoppingRule rule_of(const CommandOptions& options) {
  measure::StoppingRule rule;
  rule.relative_half_width = options.precision.value_or(0.0);
  rule.most = static_cast<std::size_t>(options.repeat);
  rule.warm_up = 0;  // those runs are not measured at all
  return rule;
}

class Session {
 public:
  Session(const CommandOptions& options, os::Clock& clock)
      : options_(options), clock_(clock), repeats_(rule_of(options)) {}
  Result<MeasuredCommand> run(sensors::Found found);

 private:
  Status prepare(sensors::Found found);
  void open_recording(const std::vector<sensors::DeviceInfo>& devices);
  void idle(bool before);
  void pause(Duration length);
  Result<os::Ended> run_once();
  void hear();
  Status repeat();
  void keep_run(const os::Ended& ended);
  void note_end(const os::Ended& ended);
  void add_span(Span span);
  void summarise();
  void finish();
  [[nodiscard]] bool more_to_do() const { return !asked_ && !not_started_; }

  const CommandOptions& options_;
  os::Clock& clock_;
  std::unique_ptr<os::SignalWatch> signals_;
  std::unique_ptr<measure::PhaseSocket> socket_;
  std::optional<os::LogPhases> log_;
  std::unique_ptr<store::Recording> recording_;
  std::unique_ptr<measure::Meter> meter_;
  measure::Repeats repeats_;
  MeasuredCommand result_;
  std::vector<std::string> notes_;
  std::vector<os::OtherProcess> left_;
  std::optional<int> asked_;  // the signal by which somebody wants an end
  bool not_started_ = false, measured_ = false;
  std::vector<measure::Stretch> ran_;  // the measured runs
  std::string id_;
  Duration started_;
};

Status Session::prepare(sensors::Found found) {
  auto signals = os::SignalWatch::begin();  // before any thread
  if (!signals) return forward(signals);
  signals_ = std::move(*signals);
  auto log = os::LogPhases::from(options_.patterns, options_.pattern_sets);
  if (!log) return forward(log);
  if (!options_.patterns.empty() || !options_.pattern_sets.empty()) log_ = std::move(*log);
  auto socket = measure::PhaseSocket::open(clock_);
  if (socket) {
    socket_ = std::move(*socket);
  } else {
    notes_.push_back("the program cannot mark phases: " + socket.error().message());
  }
  started_ = clock_.since_epoch();
  id_ = measurement_id(started_, host_name(), getpid());
  std::vector<sensors::DeviceInfo> devices;
  for (const auto& device : found.devices) devices.push_back(device->info());
  open_recording(devices);
  measure::MeterOptions meter_options;
  meter_options.period = options_.period;
  meter_options.own_processes = {getpid()};  // and what descends from it
  meter_options.sink = recording_.get();
  auto meter = measure::Meter::open(std::move(found), clock_, meter_options);
  if (!meter) return forward(meter, "starting the meter");
  meter_ = std::move(*meter);
  return {};
}

void Session::open_recording(const std::vector<sensors::DeviceInfo>& devices) {
  if (!options_.store) return;
  store::Entry entry;
  entry.id = id_;
  entry.host = host_name();
  entry.command = command_line(options_.command);
  entry.program = options_.program;
  entry.started = started_;
  auto recording = store::Recording::open(*options_.store, entry, devices, clock_);
  if (!recording) {
    notes_.push_back("not stored: " + recording.error().message());
    return;
  }
  recording_ = std::move(*recording);
  for (const std::string& line : recording_->news()) notes_.push_back(line);
}

// The baseline is taken in a thread of its own, so that Ctrl-C ends it at once.
void Session::idle(bool before) {
  if (!options_.idle || !more_to_do() || meter_->devices().empty()) return;
  const int done = eventfd(0, EFD_CLOEXEC);
  os::Alarm stop;
  std::thread taker([&] {
    meter_->take_idle(*options_.idle, Idle::Kind::no_context, before, stop);
    eventfd_write(done, 1);
  });
  asked_ = signals_->wait(*options_.idle + 60.0 * second, done);
  stop.ring();
  taker.join();
  close(done);
}

void Session::pause(Duration length) {
  if (more_to_do() && length.in(second) > 0.0) asked_ = signals_->wait(length);
}

Result<os::Ended> Session::run_once() {
  os::Command command{options_.command};
  std::vector<os::Source> sources;
  if (socket_) {
    command.environment.emplace_back(measure::phases_variable, socket_->address());
    sources.push_back({socket_->descriptor(), [this] { hear(); }});
  }
  if (log_) command.see_line = [this](os::Stream, std::string_view line) { log_->see(line, clock_.now()); };
  auto ended = os::run_command(command, *signals_, clock_, sources);
  if (!ended) return ended;
  if (result_.exit_code == 0) result_.exit_code = ended->exit_code;
  not_started_ = !ended->not_started.empty();
  if (ended->asked) asked_ = ended->asked;
  // As a shell's loop: a command that died of Ctrl-C is not run again, whoever it was meant for.
  if (ended->signal == SIGINT || ended->signal == SIGQUIT) asked_ = ended->signal;
  left_.insert(left_.end(), ended->left.begin(), ended->left.end());
  return ended;
}

// At once, so that the counters are followed where a phase ends.
void Session::hear() {
  socket_->listen();
  for (Span& span : socket_->marks().spans()) {
    if (measured_) add_span(std::move(span));
  }
}

void Session::add_span(Span span) {
  if (recording_) recording_->add(span);
  meter_->add(std::move(span));
}

void Session::keep_run(const os::Ended& ended) {
  ran_.push_back({ended.begin, ended.end});
  if (options_.repeat > 1) add_span({run_name, ended.begin, ended.end});
  if (socket_) {
    for (Span& span : socket_->marks().spans(ended.end)) add_span(std::move(span));
  }
  if (log_) {
    for (Span& span : log_->spans(ended.begin, ended.end)) add_span(std::move(span));
  }
  const measure::Measurement m = meter_->measurement(ended.begin, ended.end);
  const auto energy = measure::totals(m.whole).all;
  result_.runs.push_back({ended.end - ended.begin, energy, ended.exit_code});
  const bool counts = ended.exit_code == 0 || options_.repeat == 1;
  if (!counts)
    notes_.push_back("run " + std::to_string(result_.runs.size()) + " ended with code " +
                     std::to_string(ended.exit_code) + ": it is not in the mean of the repeats");
  if (energy && counts) repeats_.add(energy->value, ended.end - ended.begin);
  if (options_.precision && energy) result_.stopped_because = repeats_.enough().value_or("");
  note_end(ended);
}

void Session::note_end(const os::Ended& ended) {
  if (ended.stream_held)
    notes_.push_back(
        "a process that outlives the command still writes to a watched stream; that ends with this report");
  if (ended.stops > 0)
    notes_.push_back("the command was suspended " + std::to_string(ended.stops) + " times; that time is part of it");
}

Status Session::repeat() {
  for (int i = 0; i < options_.warm_up && more_to_do(); ++i) {
    auto ended = run_once();
    if (!ended) return forward(ended);
    if (socket_) static_cast<void>(socket_->marks().spans(ended->end));
    if (log_) static_cast<void>(log_->spans(ended->begin, ended->end));
    if (options_.cool_down) pause(*options_.cool_down);
  }
  for (int i = 0; i < options_.repeat && more_to_do() && result_.stopped_because.empty(); ++i) {
    if (i > 0 && options_.cool_down) pause(*options_.cool_down);
    if (!more_to_do()) break;
    measured_ = true;
    const std::uint64_t window = meter_->begin({});  // no phase; its edges are aligned to the counters' steps
    auto ended = run_once();
    meter_->end(window);
    if (!ended) return forward(ended);
    if (!not_started_) keep_run(*ended);
    if (not_started_) notes_.push_back("\"" + options_.command.front() + "\" was not started: " + ended->not_started);
  }
  return {};
}

void Session::summarise() {
  if (result_.runs.size() < 2) return;
  result_.summary = repeats_.summary();
  std::size_t with_energy = 0;
  for (CommandRun& run : result_.runs) {
    if (!run.energy || run.exit_code != 0) continue;  // not among the repeats
    const auto& outliers = result_.summary.outliers;
    run.outlier = std::find(outliers.begin(), outliers.end(), with_energy++) != outliers.end();
  }
  measure::Measurement& m = result_.measurement;
  if (result_.summary.drift) m.verdict.push_back(*result_.summary.drift);
  if (!result_.stopped_because.empty()) m.notes.push_back("repeats ended: " + result_.stopped_because);
  if (options_.precision && with_energy == 0)
    m.notes.push_back("--precision has no meaning without an energy: all " + std::to_string(options_.repeat) +
                      " runs were made");
}

void Session::finish() {
  meter_->stop();
  measure::Measurement& m = result_.measurement;
  const os::Instant now = clock_.now();
  m = ran_.empty() ? meter_->measurement(now, now) : meter_->measurement(measure::Cover(ran_));
  m.id = id_;
  m.command = options_.command;
  m.host = host_name();
  if (!result_.runs.empty() || not_started_) m.exit_code = result_.exit_code;
  m.program = options_.program;
  if (asked_) {
    m.verdict.push_back({measure::DoubtKind::interrupted,
                         "signal " + std::to_string(*asked_) + " ended it before its time", "run it again to its end"});
    if (result_.runs.empty()) result_.exit_code = 128 + *asked_;
  }
  for (const os::OtherProcess& other : os::still_running(left_))
    notes_.push_back("process " + std::to_string(other.pid) + " (" + other.name +
                     ") outlives the command; what it uses from here on is not in these figures");
  if (socket_) {
    for (const std::string& note : socket_->marks().notes()) notes_.push_back(note);
    for (const auto& [name, count] : socket_->marks().moments())
      notes_.push_back("\"" + name + "\" was marked " + std::to_string(count) + " times");
  }
  if (log_) {
    for (const std::string& note : log_->notes()) notes_.push_back(note);
  }
  m.notes.insert(m.notes.end(), notes_.begin(), notes_.end());
  summarise();
  if (!recording_) return;
  for (const std::string& problem : recording_->problems()) m.notes.push_back("store: " + problem);
  const auto stored = recording_->end(entry_of(m), measure::to_document(m));
  if (!stored) m.notes.push_back("not stored: " + stored.error().message());
}

Result<MeasuredCommand> Session::run(sensors::Found found) {
  if (auto prepared = prepare(std::move(found)); !prepared) return forward(prepared);
  idle(true);
  if (auto repeated = repeat(); !repeated) return forward(repeated);
  if (options_.idle && options_.cool_down) pause(*options_.cool_down);
  idle(false);
  finish();
  return std::move(result_);
}

}  // namespace

Result<MeasuredCommand> measure_command(const CommandOptions& options, sensors::Found found, os::Clock& clock) {
  if (options.command.empty()) return fail(ErrorCode::invalid_argument, "no command was given");
  return Session(options, clock).run(std::move(found));
}

}  // namespace diffjoule::api
