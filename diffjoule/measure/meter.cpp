// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/meter.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <utility>

#include "diffjoule/measure/attribution.h"
#include "diffjoule/measure/containment.h"
#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/doubts.h"
#include "diffjoule/measure/idle.h"
#include "diffjoule/measure/part.h"
#include "diffjoule/measure/phases.h"
#include "diffjoule/measure/sampler.h"
#include "diffjoule/measure/schedule.h"
#include "diffjoule/measure/trace.h"
#include "diffjoule/os/process.h"
#include "diffjoule/units/text.h"

namespace diffjoule::measure {
namespace {

constexpr Duration longest_settling = 0.3 * second;
constexpr Duration just_now = 0.05 * second;  // an edge so recent is worth following

bool is_wanted(const sensors::DeviceInfo& device, const std::vector<std::string>& wanted) {
  return wanted.empty() || std::any_of(wanted.begin(), wanted.end(),
                                       [&device](const std::string& w) { return device.id.starts_with(w); });
}

// Its edges are followed, and it is no phase.
bool unnamed(const Span& span) { return span.name.empty(); }

std::string host_name() {
  char name[256] = {};
  return gethostname(name, sizeof name - 1) == 0 ? std::string(name) : std::string("unknown");
}

}  // namespace

class Meter::Impl {
 public:
  Impl(Recorder::Devices devices, std::vector<std::string> advice, os::Clock& clock, MeterOptions options)
      : clock_(clock), options_(std::move(options)), advice_(std::move(advice)) {
    opened_ = clock_.now();
    opened_wall_ = clock_.since_epoch();
    for (const auto& device : devices) infos_.push_back(device->info());
    Recorder recorder(std::move(devices), clock_, options_.period, thread_cpu_time);
    trace_ = recorder.blank();
    occupancy_.resize(infos_.size());
    settling_ = settling_of(recorder);
    Sampler::Hands hands{[this](const ReadMoment& m) { take(m); }, {}};
    if (!options_.own_processes.empty()) {
      hands.look = [this](std::size_t d, os::Instant t, const std::vector<sensors::Occupant>& o) {
        std::vector<int> own;
        for (const sensors::Occupant& occupant : o) {
          if (os::descends_from(occupant.pid, options_.own_processes)) own.push_back(occupant.pid);
        }
        // None of them here: still somebody's, so that the others are others.
        if (own.empty()) own = options_.own_processes;
        const std::lock_guard lock(queue_mutex_);
        occupancy_[d].add(t, o, own);
      };
    }
    sampler_ = std::make_unique<Sampler>(std::move(recorder), clock_, std::move(hands));
  }

  void edge(os::Instant t) {
    if (options_.align && clock_.now() - t <= just_now) sampler_->follow(t);
  }

  std::uint64_t begin(std::string_view name) {
    const os::Instant now = clock_.now();
    std::uint64_t id = 0;
    {
      const std::lock_guard lock(windows_mutex_);
      id = ++last_window_;
      open_[id] = {std::string(name), now, now};
    }
    edge(now);
    return id;
  }

  void end(std::uint64_t window) {
    const os::Instant now = clock_.now();
    {
      const std::lock_guard lock(windows_mutex_);
      const auto found = open_.find(window);
      if (found == open_.end()) return;
      found->second.end = now;
      closed_[window] = std::move(found->second);
      open_.erase(found);
    }
    edge(now);
  }

  void add(Span span) {
    const os::Instant end = span.end;
    {
      const std::lock_guard lock(windows_mutex_);
      closed_[++last_window_] = std::move(span);
    }
    edge(end);
  }

  Result<Phase> result(std::uint64_t window) {
    Span span;
    {
      const std::lock_guard lock(windows_mutex_);
      if (open_.contains(window))
        return fail(ErrorCode::invalid_argument, "window \"" + open_[window].name + "\" has not ended: end it first");
      const auto found = closed_.find(window);
      if (found == closed_.end())
        return fail(ErrorCode::invalid_argument, "no window " + std::to_string(window) + ": begin() gives its number");
      span = found->second;
    }
    settle(span.end);
    return evaluate(span.name, 1, Cover({{span.begin, span.end}}), span.end - span.begin);
  }

  void take_idle(Duration length, Idle::Kind kind, bool before, os::Alarm& stop) {
    const os::Instant from = clock_.now();
    edge(from);
    clock_.wait_until(from + length, stop);
    const os::Instant to = clock_.now();
    edge(to);
    settle(to);
    const Phase phase = evaluate("idle", 1, Cover({{from, to}}), to - from);
    const std::lock_guard lock(data_mutex_);
    for (const PartEnergy& part : phase.parts) {
      const auto idle = idle_from(part, phase.elapsed, kind);
      if (!idle) continue;
      DeviceIdle& own = idle_of(part);
      (before ? own.before : own.after) = idle;
    }
  }

  Measurement measurement(const Cover& cover) {
    const os::Instant begin = cover.begin(), end = cover.end();
    edge(end);
    settle(end);
    Measurement m;
    m.host = host_name();
    m.started = opened_wall_ + (begin - opened_);
    m.id = os::utc_text(m.started) + "-" + m.host + "-" + std::to_string(getpid());
    m.sampling_period = options_.period.value_or(usual_period);
    m.devices = infos_;
    m.whole = evaluate("run", 1, cover, cover.elapsed());
    std::vector<Span> spans;
    {
      const std::lock_guard lock(windows_mutex_);
      for (const auto& [id, span] : closed_) {
        if (!unnamed(span)) spans.push_back(span);
      }
    }
    for (const PhaseCover& p : group_by_name(spans, begin, end))
      m.phases.push_back(evaluate(p.name, p.count, p.cover, p.cover.elapsed()));
    {
      const std::lock_guard lock(data_mutex_);
      m.idle = idle_;
    }
    judge(m);
    m.notes = advice_;
    for (const sensors::DeviceInfo& d : infos_) {
      for (const std::string& remark : d.remarks) m.notes.push_back(d.name + ": " + remark);
    }
    m.own_cpu_time = sampler_->own_cpu_time();
    m.driver_time = sampler_->driver_time();
    return m;
  }

  void forget(os::Instant before) {
    {
      const std::lock_guard lock(windows_mutex_);
      std::erase_if(closed_, [before](const auto& window) { return window.second.end < before; });
    }
    const std::lock_guard lock(data_mutex_);
    drain();
    for (DeviceTrace& device : trace_) {
      for (Series& series : device.channels) series.forget(before);
    }
    const std::lock_guard queue_lock(queue_mutex_);
    for (Occupancy& occupancy : occupancy_) occupancy.forget(before);
  }

  void stop() {
    os::Instant last;
    {
      const std::lock_guard lock(windows_mutex_);
      for (const auto& [id, span] : closed_) last = std::max(last, span.end);
    }
    settle(last);
    stopped_ = true;
    sampler_->stop();
  }

  os::Clock& clock_;
  MeterOptions options_;
  std::vector<std::string> advice_;
  std::vector<sensors::DeviceInfo> infos_;

 private:
  // How long after an edge the last of its samples comes: the counter's next step, a power that speaks of it.
  Duration settling_of(const Recorder& recorder) const {
    Duration longest;
    for (std::size_t d = 0; d < infos_.size(); ++d) {
      for (std::size_t c = 0; c < infos_[d].channels.size(); ++c) {
        const sensors::Channel& channel = infos_[d].channels[c];
        const Duration period = recorder.period(d, c);
        if (channel.missing) continue;
        if (channel.measurand == sensors::Measurand::energy)
          longest =
              std::max(longest, options_.align ? std::max(0.03 * second, std::min(period, longest_following)) : period);
        if (channel.measurand == sensors::Measurand::power)
          longest = std::max(longest, 2.0 * period + 0.5 * channel.averaging_window);
      }
    }
    return std::min(longest_settling, longest + 0.02 * second);
  }

  void settle(os::Instant edge) {
    const os::Instant until = edge + settling_;
    if (stopped_ || infos_.empty() || clock_.now() >= until) return;
    os::Alarm nobody;
    clock_.wait_until(std::min(until, clock_.now() + longest_settling), nobody);
  }

  // In the sampler's thread. Never waits for an evaluation: what cannot go into the trace now goes there later.
  void take(const ReadMoment& m) {
    if (options_.sink != nullptr) options_.sink->take({m.device, m.time, m.channels, m.readings});
    {
      const std::lock_guard lock(queue_mutex_);
      queue_.push_back(m);
    }
    if (data_mutex_.try_lock()) {
      const std::lock_guard lock(data_mutex_, std::adopt_lock);
      drain();
    }
  }

  // With data_mutex_ held.
  void drain() {
    const std::lock_guard lock(queue_mutex_);
    for (const ReadMoment& m : queue_) {
      for (std::size_t i = 0; i < m.channels.size(); ++i)
        trace_[m.device].channels[m.channels[i]].add(m.time, m.readings[i]);
    }
    queue_.clear();
  }

  // With data_mutex_ held.
  DeviceIdle& idle_of(const PartEnergy& part) {
    for (DeviceIdle& i : idle_) {
      if (i.device == part.device && i.part == part.part && part.part != sensors::Part::rail) return i;
    }
    return idle_.emplace_back(DeviceIdle{part.device, part.part, std::nullopt, std::nullopt});
  }

  Phase evaluate(const std::string& name, std::uint64_t count, const Cover& cover, Duration elapsed) {
    Phase phase{name, count, elapsed, {}};
    if (cover.empty()) return phase;
    const std::lock_guard lock(data_mutex_);
    drain();
    for (std::size_t d = 0; d < trace_.size(); ++d) {
      std::optional<Occupancy::Use> use;
      {
        const std::lock_guard queue_lock(queue_mutex_);
        use = occupancy_[d].use(cover);
      }
      for (const PartChannels& channels : parts_of(trace_[d].device)) {
        PartEnergy part = part_energy(trace_[d], channels, cover, options_.period);
        for (const DeviceIdle& i : idle_) {
          if (i.device == part.device && i.part == part.part && part.part != sensors::Part::rail)
            subtract_idle(part, elapsed, i);
        }
        if (use) {
          part.attributed = use->share;
          part.verdict.push_back(shared(use->others, use->share, use->told));
        }
        phase.parts.push_back(std::move(part));
      }
    }
    mark_counted(phase.parts, infos_);
    return phase;
  }

  void judge(Measurement& m) const {
    const auto& parts = m.whole.parts;
    if (std::none_of(parts.begin(), parts.end(), [](const PartEnergy& p) { return p.energy.has_value(); }))
      m.verdict.push_back(no_sensor(advice_));
    for (const DeviceIdle& i : m.idle) {
      if (auto doubt = drifted(i)) {
        doubt->words = i.device + ", " + sensors::name(i.part) + ": " + doubt->words;
        m.verdict.push_back(std::move(*doubt));
      }
    }
  }

  os::Instant opened_;
  Duration opened_wall_;
  Duration settling_;
  std::atomic<bool> stopped_ = false;

  std::mutex windows_mutex_;  // windows
  std::uint64_t last_window_ = 0;
  std::map<std::uint64_t, Span> open_, closed_;

  std::mutex data_mutex_;  // trace and idle; taken before queue_mutex_
  Trace trace_;
  std::vector<DeviceIdle> idle_;

  std::mutex queue_mutex_;  // what the sampler brought; never held for long
  std::vector<ReadMoment> queue_;
  std::vector<Occupancy> occupancy_;

  std::unique_ptr<Sampler> sampler_;  // last: stops before what it writes to is gone
};

Meter::Meter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Meter::~Meter() = default;

Result<std::unique_ptr<Meter>> Meter::open(sensors::Found found, os::Clock& clock, MeterOptions options) {
  // The negation refuses NaN, too.
  if (options.period && !(*options.period >= shortest_period && *options.period <= 3600.0 * second)) {
    return fail(ErrorCode::invalid_argument,
                "sampling period " + to_text(*options.period) + ": expected 10 ms to one hour");
  }
  Recorder::Devices devices;
  std::string known;
  for (auto& device : found.devices) {
    known += (known.empty() ? "" : ", ") + device->info().id;
    if (is_wanted(device->info(), options.devices)) devices.push_back(std::move(device));
  }
  for (const std::string& wanted : options.devices) {
    const bool there = std::any_of(devices.begin(), devices.end(),
                                   [&wanted](const auto& d) { return d->info().id.starts_with(wanted); });
    if (!there) {
      return fail(ErrorCode::not_found,
                  "no device begins with \"" + wanted + "\"; here are: " + (known.empty() ? "none" : known));
    }
  }
  return std::unique_ptr<Meter>(
      new Meter(std::make_unique<Impl>(std::move(devices), std::move(found.advice), clock, std::move(options))));
}

std::vector<sensors::DeviceInfo> Meter::devices() const { return impl_->infos_; }
const std::vector<std::string>& Meter::advice() const { return impl_->advice_; }
std::uint64_t Meter::begin(std::string_view name) { return impl_->begin(name); }
void Meter::end(std::uint64_t window) { impl_->end(window); }
void Meter::add(Span span) { impl_->add(std::move(span)); }
void Meter::take_idle(Duration length, Idle::Kind kind, bool before, os::Alarm& stop) {
  impl_->take_idle(length, kind, before, stop);
}
Result<Phase> Meter::result(std::uint64_t window) { return impl_->result(window); }
Measurement Meter::measurement(os::Instant begin, os::Instant end) { return measurement(Cover({{begin, end}})); }
Measurement Meter::measurement(const Cover& cover) { return impl_->measurement(cover); }
void Meter::forget(os::Instant before) { impl_->forget(before); }
void Meter::stop() { impl_->stop(); }

}  // namespace diffjoule::measure
