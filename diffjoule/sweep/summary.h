// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "diffjoule/sweep/trial.h"

// What the repeats of each configuration say together.
namespace diffjoule::sweep {

struct Summary {
  Configuration configuration;
  std::size_t repeats = 0;          // that ran to their end
  std::optional<Duration> elapsed;  // their median
  std::optional<Duration> spread;   // standard deviation of the time, from two repeats on
  // The mean; its uncertainty is that of one repeat's reading (the same error in all) and the spread of the mean
  // together.
  std::optional<Estimate<Energy>> energy;
  bool energy_assumed = false;
  std::string failure = {};  // the last one's
  bool out_of_memory = false;
};

// In the order in which the configurations came first.
[[nodiscard]] std::vector<Summary> summaries(std::span<const Trial> trials);

}  // namespace diffjoule::sweep
