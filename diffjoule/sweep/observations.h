// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "diffjoule/dataset/observer.h"
#include "diffjoule/sweep/trial.h"

// From trials to what laws are fitted on: one observation a configuration, of the median of its replicates.
namespace diffjoule::sweep {

struct Observer {
  dataset::Observer& dataset;
  std::string gpu;     // the device's name in its catalogue
  std::string source;  // label of the laboratory: the engine
};

// A configuration and what is known of its work; what was measured is empty where no trial of it ended.
[[nodiscard]] Result<law::Observation> observe(const Configuration& configuration, const Observer& observer);

struct ObservedTrials {
  std::vector<law::Observation> observations;
  std::vector<Configuration> configurations;  // beside them
};

// Of the trials that ran to their end: those for the law, or (`checks`) those that test it.
[[nodiscard]] Result<ObservedTrials> observe(std::span<const Trial> trials, const Observer& observer, bool checks);

}  // namespace diffjoule::sweep
