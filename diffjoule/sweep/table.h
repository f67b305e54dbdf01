// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/measure/measurement.h"
#include "diffjoule/sweep/trial.h"

// Trials as a measurement table: CSV with the columns of dataset/measurements.h, a row for each run that ended, so that
// `diffjoule fit` reads it. Energy is the GPUs' where a GPU ran, else that of all that was metered; an assumed one is
// left out, because a law must not be taught by a model.
namespace diffjoule::sweep {

struct Record {
  Trial trial;
  measure::Measurement measurement;
  std::string device;  // that ran it
};

[[nodiscard]] std::string to_csv(const std::vector<Record>& records, const std::string& plan_name);

}  // namespace diffjoule::sweep
