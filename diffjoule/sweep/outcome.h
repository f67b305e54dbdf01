// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/law/law.h"
#include "diffjoule/sweep/observations.h"

// What a sweep says in the end: the law of the device fitted on its trials, the paper's regression beside the paper's
// own figures, and what the law makes of the runs that it never saw.
namespace diffjoule::sweep {

// As published: "Energy Scaling Laws for Diffusion Models", arXiv 2511.17031, within one GPU.
inline constexpr double paper_r2 = 0.95, paper_alpha = 0.99;

// Measured beside predicted.
struct Comparison {
  Configuration configuration;
  Duration measured;
  double spread = 0.0;  // of the replicates, standard deviation as a share; 0 where there is one
  std::size_t replicates = 0;
  Duration predicted, low, high;  // 90 %
  bool seen = true;               // the law was fitted on it

  [[nodiscard]] double error() const { return predicted / measured - 1.0; }
  // Within 10 % or twice the spread, whichever is more.
  [[nodiscard]] bool close() const;
};

struct Outcome {
  law::Law law;  // form device
  std::vector<Comparison> comparisons;
  // ln E = ln A + alpha ln(F 2^cfg) + ...; of ln t where no energy was measured. Absent where the trials do not
  // determine it, for a reason in `notes`.
  std::optional<double> r2, alpha, alpha_low, alpha_high;
  bool alpha_set = false;  // to one, because the trials cannot tell it
  bool of_time = false;
  std::vector<std::string> notes;
};

// An error where no trial ran to its end.
[[nodiscard]] Result<Outcome> outcome_of(std::span<const Trial> trials, const Observer& observer);

// Each configuration of the trials against a law: `checks` those that tested one, else those for the law.
[[nodiscard]] Result<std::vector<Comparison>> compare(const law::Law& law, std::span<const Trial> trials,
                                                      const Observer& observer, bool checks);

}  // namespace diffjoule::sweep
