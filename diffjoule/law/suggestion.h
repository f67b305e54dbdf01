// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "diffjoule/law/law.h"

// Which runs on a card would tell a roofline law most: the deviations of the card and the launch time of its host start
// with the variances of their priors, and each measurement (energy and time, with the deviations that the fit gives
// them) lowers those. Greedy I-optimality (Atkinson, Donev and Tobias, "Optimum Experimental Designs, with SAS", 2007,
// chapter 10): the next run is the one that leaves the least mean variance of ln energy over all candidates.
namespace diffjoule::law {

struct Suggestion {
  std::size_t candidate;
  double deviation =
      0.0;  // root mean variance of ln energy over the candidates, once this and those before are measured
};
struct Suggestions {
  double before = 0.0;  // the same with nothing measured
  std::vector<Suggestion> runs;
};

// At most `most` runs. An error for a law of another form than the roofline.
[[nodiscard]] Result<Suggestions> suggest(const Law& law, std::span<const Observation> candidates, std::size_t most);

}  // namespace diffjoule::law
