// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/measure/verdict.h"
#include "diffjoule/units/units.h"

// When repeats are enough: once the confidence interval of their mean energy (Student's t) is narrow enough, and never
// after `most` or `longest`. The first `warm_up` are thrown away.
//
// Outliers are flagged, never dropped: modified z-score 0.6745 (x - median) / MAD beyond 3.5 (Iglewicz & Hoaglin,
// 1993). Drift over the repeats is a line whose slope differs from zero at the 1 % level and that moves the energy by 5
// % from the first to the last.
namespace diffjoule::measure {

struct StoppingRule {
  double relative_half_width = 0.02;  // of the mean
  double level = 0.95;
  std::size_t least = 3;  // repeats that count
  std::size_t most = 30;
  std::size_t warm_up = 1;
  std::optional<Duration> longest = std::nullopt;  // all together, warm-up included
};

struct RepeatSummary {
  std::size_t count = 0;
  Energy mean;
  std::optional<Energy> half_width;   // from two repeats on
  std::vector<std::size_t> outliers;  // indices among those that count
  std::optional<Doubt> drift;
};

class Repeats {
 public:
  explicit Repeats(StoppingRule rule) : rule_(rule) {}

  void add(Energy energy, Duration elapsed);
  // Why it is time to stop ("the mean is known within 1.8 %"); nullopt: go on.
  [[nodiscard]] std::optional<std::string> enough() const;
  [[nodiscard]] RepeatSummary summary() const;

 private:
  StoppingRule rule_;
  std::vector<double> joules_;  // without the warm-up
  std::size_t seen_ = 0;
  Duration elapsed_;
};

// Indices of values with a modified z-score beyond 3.5.
[[nodiscard]] std::vector<std::size_t> outliers(const std::vector<double>& values);

}  // namespace diffjoule::measure
