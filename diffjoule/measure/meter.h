// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/measurement.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/os/span.h"
#include "diffjoule/sensors/sensor.h"

// The meter: one sampler thread over some devices, and windows of any program in them. Everything that measures (the
// measure verb, the exporter, the C ABI, Python) is this.
namespace diffjoule::measure {

// What the sampler saw on one device at one moment: one reading for each of its channels that was asked.
struct Tick {
  std::size_t device;  // index into Meter::devices()
  os::Instant time;    // the middle of the call into the driver
  std::span<const std::size_t> channels;
  std::span<const sensors::Reading> readings;
};

// Receives what the sampler saw, in its thread, as it comes: the store, a live view. Must not block for long. What goes
// wrong in it is its own to report; the meter goes on.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void take(const Tick& tick) = 0;
};

struct MeterOptions {
  std::optional<Duration> period =
      std::nullopt;   // between samples, 10 ms at least; absent: each channel's own update period
  bool align = true;  // at the edges of a window, follow the counter until it steps (every 2 ms, at most 120 ms)
  std::vector<std::string> devices = {};  // ids or prefixes; empty: all
  std::vector<int> own_processes = {};    // whose use of a device is ours, and that of what descends from them
  Sink* sink = nullptr;
};

using os::Span;

class Meter {
 public:
  // Takes the devices over and starts the sampler. `clock` outlives it.
  [[nodiscard]] static Result<std::unique_ptr<Meter>> open(sensors::Found found, os::Clock& clock,
                                                           MeterOptions options);
  ~Meter();
  Meter(const Meter&) = delete;
  Meter& operator=(const Meter&) = delete;

  [[nodiscard]] std::vector<sensors::DeviceInfo> devices() const;
  [[nodiscard]] const std::vector<std::string>& advice() const;

  // Marks now. Cheap (no driver call in the caller's thread) and safe from any thread; windows may nest and overlap.
  // Phases that happened elsewhere (another process, a log) are given with their own times.
  // A window without a name is no phase of measurement(): its edges are followed, and result() knows it.
  std::uint64_t begin(std::string_view name);
  void end(std::uint64_t window);
  void add(Span span);

  // Takes an idle baseline of that length, now; returns when it is taken. `before` or after the run.
  void take_idle(Duration length, Idle::Kind kind, bool before, os::Alarm& stop);

  // The result of a window that was ended. Waits for the samples that its last edge needs, at most 0.3 s.
  [[nodiscard]] Result<Phase> result(std::uint64_t window);

  // All of it, from `begin` to `end`, with phases grouped by name. Stops nothing.
  [[nodiscard]] Measurement measurement(os::Instant begin, os::Instant end);
  // Of several stretches as one: repeats of a command without what lies between them.
  [[nodiscard]] Measurement measurement(const Cover& cover);

  // Drops readings and ended windows from before that moment: a meter that runs for days costs no more each hour.
  // Idle baselines stay. Leave some seconds before what is still to be measured.
  void forget(os::Instant before);

  // Stops the sampler; results stay.
  void stop();

 private:
  class Impl;
  explicit Meter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace diffjoule::measure
