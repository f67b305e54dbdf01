// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/measure/measurement.h"
#include "diffjoule/measure/stopping.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/sensors/sensor.h"

// Runs a command, once or repeatedly, under a meter.
namespace diffjoule::api {

struct CommandOptions {
  std::vector<std::string> command;
  std::optional<Duration> idle = std::nullopt;       // length of the baselines before and after
  std::optional<Duration> cool_down = std::nullopt;  // before each run but the first, and before the idle after
  std::optional<Duration> period = std::nullopt;     // between samples
  int warm_up = 0;                                   // runs that are not measured
  int repeat = 1;                                    // measured runs; with `precision` the most
  std::optional<double> precision = std::nullopt;    // half the 95 % interval of the mean energy, as a share of it
  std::vector<std::string> patterns = {}, pattern_sets = {};
  std::optional<std::string> store = std::nullopt;  // its file; absent: nothing is kept
  std::string program = {};                         // "diffjoule 0.2.0"
};

// One measured run of several.
struct CommandRun {
  Duration elapsed;
  std::optional<Estimate<Energy>> energy;  // of all counted parts
  int exit_code = 0;
  bool outlier = false;  // modified z-score beyond 3.5
};

struct MeasuredCommand {
  measure::Measurement measurement;  // of the measured runs together, without what lies between them
  std::vector<CommandRun> runs;
  measure::RepeatSummary summary;  // of those with an energy that ended with code 0
  std::string stopped_because;     // with a precision to be reached
  int exit_code = 0;               // the first that is not 0, of any run
};

// The command has our streams and signals. An error is the meter's: the command was not run, or not to its end.
[[nodiscard]] Result<MeasuredCommand> measure_command(const CommandOptions& options, sensors::Found found,
                                                      os::Clock& clock);

}  // namespace diffjoule::api
