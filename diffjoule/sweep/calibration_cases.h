// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/law/law.h"
#include "diffjoule/sweep/observations.h"

// Which runs calibrate a device: of each model the four corners of resolution and steps, and a fifth in their middle
// that the law is not fitted on. As large as the time allows.
namespace diffjoule::sweep {

struct CaseOptions {
  std::vector<std::string> models;
  std::vector<DType> arithmetic;  // of the device; a model whose own is not among them runs in the first
  Duration budget;                // of all runs
  std::int64_t repeats = 3;       // of each, and about one more for warming up
};

struct Cases {
  std::vector<Configuration> configurations;  // the fifth of each model is a check
  Duration expected;                          // of all runs, by the law
};

// An error where a model is not known, or cannot be counted at any size.
[[nodiscard]] Result<Cases> cases_for(const CaseOptions& options, const law::Law& law, const Observer& observer);

}  // namespace diffjoule::sweep
