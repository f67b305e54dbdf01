// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/engines/engine.h"
#include "diffjoule/measure/meter.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/sweep/design.h"
#include "diffjoule/sweep/journal.h"
#include "diffjoule/sweep/plan.h"
#include "diffjoule/sweep/progress.h"
#include "diffjoule/sweep/rest.h"

// Runs what a design asks for, one run after the other: prepare, warm up, pause, wait until the machine is at rest,
// run under the meter, keep. Whatever ends it, what had ended before is in the journal.
namespace diffjoule::sweep {

// Where it runs. All outlive the call.
struct Bench {
  engines::Engine& engine;
  std::string engine_name;
  bool scales = false;              // Adapter::scales
  measure::Meter* meter = nullptr;  // absent: no sensor, times only
  Rest* rest = nullptr;             // the meter's sink
  std::vector<std::string> advice;  // of the drivers, where there is no sensor
  Journal& journal;
  os::Clock& clock;
  os::Alarm& stop;                                                        // rung: no further run begins, and waits end
  std::string program;                                                    // "diffjoule 0.2.0"
  std::function<void(const Standing&, const Trial* finished)> tell = {};  // may be empty
};

struct Swept {
  enum class End {
    complete,
    stopped,  // by the alarm
    budget,   // the time was over
    failing   // the same failure, one configuration after the other
  } end = End::complete;
  std::size_t ran = 0;     // in this session
  std::size_t failed = 0;  // of them
  std::string words;       // why it ended
};

// An error is of the design or the store; what an engine says is a trial's failure.
[[nodiscard]] Result<Swept> run(const Plan& plan, Design& design, const Bench& bench);

// So many different configurations in a row with the same failure (but for memory) end a sweep.
inline constexpr std::size_t most_failures = 3;
// The same where the engine says that it cannot: a plan may hold half its configurations in a number format that it
// does not have, and the others in one that it has.
inline constexpr std::size_t most_refusals = 12;

}  // namespace diffjoule::sweep
