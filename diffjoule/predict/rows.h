// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/dataset/measurements.h"
#include "diffjoule/predict/predictor.h"

// A table of runs, predicted row by row. The input has the columns of a measurement table (dataset/measurements.h); all
// of them are kept, and after them come
//
//   predicted_energy_j, energy_low_j, energy_high_j   of one item, 90 % interval
//   predicted_duration_s                              of the batch
//   predicted_power_w                                 mean, over all GPUs
//   law, boundary, warning
//
// boundary is the row's own, else gpu; where the input has the column it is filled in place. A row that cannot be
// predicted (a model that cannot be counted, an unknown GPU) keeps its place with empty numbers and the reason as its
// warning. What was measured is never read.
namespace diffjoule::predict {

struct PredictedRows {
  std::string csv;
  std::size_t rows = 0, predicted = 0;
  std::vector<dataset::LeftOut> left_out;  // rows without a prediction, by reason
};

// A malformed row is an error, or with `skip_bad` one more row without a prediction.
[[nodiscard]] Result<PredictedRows> predict_rows(const std::string& csv, const Predictor& predictor,
                                                 dataset::Observer& observer, bool skip_bad);

}  // namespace diffjoule::predict
