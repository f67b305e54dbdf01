// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/dtype.h"
#include "diffjoule/graph/op.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/workload/workload.h"

// An engine runs workloads and says when each phase of a run began and ended. It knows nothing of energy: whoever
// meters it lays the readings over the times it gives. One file in adapters/ defines one member, `Adapter replay();`.
//
// prepare() loads what a workload needs and is not part of the run; run() is the request itself, from text to pixels.
// After an error of run() the engine may be asked again: an adapter whose process died starts a new one. A signal that
// asks this process for an end (os/signals.h) ends the run of an engine that is another process with an error and stays
// for whoever watches. Ask an engine from the thread that opened it, and let that thread last.
namespace diffjoule::engines {

// What is asked of an engine.
struct Task {
  Workload workload;
  std::string prompt = "a photograph of an astronaut riding a horse";
  std::uint64_t seed = 0;
  double fraction = 1.0;  // share of the evaluations of each phase that are run, at least one; engines that cannot: 1
};

// A phase as it ran. One whose evaluations ran in part stands for all of them: time and energy are scaled by
// evaluations / executed.
struct RanPhase {
  std::string name;  // of the program's phase, or "encode", "denoise", "decode" where an engine knows no more
  os::Instant begin, end;
  std::int64_t evaluations = 1, executed = 1;

  [[nodiscard]] double scale() const { return static_cast<double>(evaluations) / static_cast<double>(executed); }
};

struct Ran {
  os::Instant begin, end;               // the request: what is metered
  std::vector<RanPhase> phases;         // in order; may leave gaps
  std::optional<std::uint64_t> flops;   // that were executed, where the engine counts them
  std::vector<std::string> notes = {};  // for the reader of the result
};

// One operator over and over, to learn what the machine does: Linear (one call of a matrix product), Convolution,
// Attention, or an Elementwise addition (streaming).
struct Probe {
  Op op;
  DType dtype = DType::float32;
  Duration at_least;  // that calls go on
};
struct Probed {
  os::Instant begin, end;
  std::uint64_t calls = 0;
};

// What an engine computes on.
struct Device {
  std::string name;               // as the machine has it: "AMD EPYC 9B14, 2 threads", "NVIDIA H100 80GB HBM3"
  std::string kind;               // "cpu" or "gpu"
  std::vector<DType> arithmetic;  // in which it multiplies
};

class Engine {
 public:
  virtual ~Engine() = default;

  [[nodiscard]] virtual Result<Device> device() = 0;
  // Loads and compiles; quick where nothing changed since the last task.
  [[nodiscard]] virtual Status prepare(const Task& task) = 0;
  // ErrorCode::exhausted: the task needs more memory than there is. ErrorCode::unavailable: this engine cannot run it.
  [[nodiscard]] virtual Result<Ran> run(const Task& task) = 0;
  [[nodiscard]] virtual Result<Probed> probe(const Probe& probe);  // unless an adapter can: an error that says so
  // Whose use of a device is the engine's, beside what descends from this process.
  [[nodiscard]] virtual std::vector<int> processes() const { return {}; }
  // What ran, for the record: program and version.
  [[nodiscard]] virtual std::string provenance() const = 0;
};

// A setting of an adapter, given as NAME=VALUE.
struct Setting {
  std::string name;
  std::string help;                       // a phrase, units in it
  std::string standard = {};              // what an absent one is taken as, in words
  std::vector<std::string> choices = {};  // all that may be said; empty: anything
};
using Settings = std::map<std::string, std::string>;

struct Adapter {
  std::string name;
  std::string summary;  // one line
  std::vector<Setting> settings;
  // `clock` outlives the engine. Settings were checked against the list.
  Result<std::unique_ptr<Engine>> (*open)(const Settings& settings, os::Clock& clock);
  bool scales = false;  // can run a fraction of the evaluations
};

// The members of adapters/, by name of file.
[[nodiscard]] const std::vector<Adapter>& all_adapters();

// An error offers the nearest names.
[[nodiscard]] Result<const Adapter*> adapter_named(const std::string& name);

// Settings from "NAME=VALUE" texts, checked: an unknown name or a value that is not among the choices is an error.
[[nodiscard]] Result<Settings> settings_of(const Adapter& adapter, const std::vector<std::string>& texts);

// find, check, open.
[[nodiscard]] Result<std::unique_ptr<Engine>> open_engine(const std::string& name,
                                                          const std::vector<std::string>& settings, os::Clock& clock);

}  // namespace diffjoule::engines
