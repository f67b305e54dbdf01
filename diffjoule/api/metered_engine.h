// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "diffjoule/api/verb.h"
#include "diffjoule/engines/engine.h"
#include "diffjoule/measure/meter.h"
#include "diffjoule/sweep/plan.h"
#include "diffjoule/sweep/progress.h"
#include "diffjoule/sweep/rest.h"
#include "diffjoule/sweep/runner.h"

// An engine and the meter over it: what sweep and calibrate run on.
namespace diffjoule::api {

struct MeteredEngine {
  std::unique_ptr<engines::Engine> engine;
  engines::Device device;
  std::unique_ptr<sweep::Rest> rest;
  std::unique_ptr<measure::Meter> meter;  // absent: no sensor
  std::vector<std::string> advice;        // of the drivers, where there is none
  bool assumed = false;                   // what it reads is a model's
};

// The plan's engine with its settings, and the sensors that the request asks for (meter_fields.h).
[[nodiscard]] Result<MeteredEngine> metered_engine(const Request& request, const Context& context,
                                                   const sweep::Plan& plan, os::Clock& clock);

// What an EndWatch says to the first request for an end.
void say_ending(int signal);

// Where runs are kept: --store, else the usual place.
[[nodiscard]] Result<std::string> store_path(const Request& request, os::Clock& clock);

// How it goes, on standard error: one line that is written over on a terminal, else a line for each run.
class Teller {
 public:
  Teller();
  void tell(const sweep::Standing& standing, const sweep::Trial* finished) const;
  void say(const std::string& line) const;  // a line of its own
  void end() const;

 private:
  bool is_terminal_;
};

// A bench of all that (sweep/runner.h). All of it outlives the bench.
[[nodiscard]] sweep::Bench bench_of(const MeteredEngine& engine, const sweep::Plan& plan, sweep::Journal& journal,
                                    os::Clock& clock, os::Alarm& stop, const Teller& teller, const Context& context);

}  // namespace diffjoule::api
