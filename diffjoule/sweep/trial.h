// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/units/estimate.h"
#include "diffjoule/units/units.h"
#include "diffjoule/workload/workload.h"

// What a sweep runs and what came of it.
namespace diffjoule::sweep {

// One point of a design.
struct Configuration {
  Workload workload;
  std::map<std::string, std::string> levels = {};  // axis -> its value, as people read it ("resolution": "512px")

  bool check = false;  // run to test the law that the others made, and not part of it

  // The same for equal workloads: what a resumed sweep recognises.
  [[nodiscard]] std::string key() const;
};

struct TrialPhase {
  std::string name;
  Duration elapsed;  // scaled to all evaluations
  std::optional<Estimate<Energy>> energy;
};

// One run of a configuration, metered. Of evaluations that ran in part, time and energy are scaled and `scaled` says by
// how much the denoiser's were.
struct Trial {
  Configuration configuration;
  std::int64_t replicate = 0;              // 0, 1, ...: of this configuration
  Duration elapsed;                        // of the request
  double elapsed_uncertainty = 0.0;        // of `elapsed` as a share: of scaling; 0 where all evaluations ran
  std::optional<Estimate<Energy>> energy;  // of all counted parts; absent: no sensor
  bool energy_assumed = false;             // a model's, not a sensor's
  std::vector<TrialPhase> phases = {};
  double scaled = 1.0;
  std::string failure = {};  // why it did not run to its end; empty: it did
  bool out_of_memory = false;
  std::string measurement = {};  // id in the store
};

}  // namespace diffjoule::sweep
