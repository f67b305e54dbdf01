// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "diffjoule/law/observation.h"

// Measured rows that cannot be, or are unlikely to be, what they say: more FLOP/s than the chip has, more power than
// its limit, less than its idle power, or an energy per FLOP three times off the other rows of the card. Each with the
// likeliest cause; nothing is left out by it.
namespace diffjoule::law {

struct Finding {
  std::size_t row;      // of the observations
  std::string problem;  // "needs 1.4 times the FLOP/s of its data sheet"
  std::string cause;    // "guidance may have run once where two evaluations are assumed"
};

[[nodiscard]] std::vector<Finding> lint(std::span<const Observation> observations);

}  // namespace diffjoule::law
