// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/dataset/observer.h"
#include "diffjoule/law/interval.h"

// Energy, time and power of a run that has not happened.
namespace diffjoule::predict {

// The law of the program: fitted from the bundled data by `diffjoule fit --form op_class` (tools/builtin_law.sh) and
// kept in data/laws/builtin.json.
[[nodiscard]] Result<law::Law> builtin_law(const io::DataFiles& files);

struct StageShare {
  std::string stage;    // "encode", "denoise", "decode"
  double energy = 0.0;  // share of the whole, 0..1
};

struct Predicted {
  law::Prediction prediction;
  Power power;  // over all GPUs, mean; zero without a duration
  std::vector<StageShare> shares;
  std::vector<std::string> notes;     // what was rounded
  std::vector<std::string> assumed;   // inputs nobody confirmed
  std::vector<std::string> warnings;  // extrapolation, unseen card, assumed inputs: short
};

class Predictor {
 public:
  // An error if the law's form is not known.
  [[nodiscard]] static Result<Predictor> with(law::Law law);

  [[nodiscard]] Result<Predicted> predict(dataset::Observer& observer, const Workload& workload,
                                          const dataset::Run& run) const;
  // Without shares and words: for tables.
  [[nodiscard]] Result<law::Prediction> predict(const law::Observation& observation) const;

  [[nodiscard]] const law::Law& law() const { return law_; }
  [[nodiscard]] const law::Form& form() const { return *form_; }

 private:
  Predictor(law::Law law, const law::Form* form) : law_(std::move(law)), form_(form) {}
  law::Law law_;
  const law::Form* form_;
};

// Mean power over all GPUs: energy of the batch / its duration.
[[nodiscard]] Power mean_power(const law::Prediction& prediction, double batch);

}  // namespace diffjoule::predict
