// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "diffjoule/law/law.h"
#include "diffjoule/law/roofline.h"

// Where the joules and seconds of a prediction go: the terms of the energy roofline, by stage or part of a stage, and
// class of operator. The dynamic energy of operators adds, at the clocks of their stage, and so do exchanges. The rest
// of a stage's time (operators and launches overlap, clocks fall) and of its static energy is shared out by working +
// launching time: a convention, under which the parts of a stage add up to it.
namespace diffjoule::law {

// What bounds a stage: the larger part of its time.
enum class Bound { compute, memory, launches, power, exchange };
[[nodiscard]] const char* name(Bound bound);

// Of all GPUs together, of the whole batch. Sums over classes, static power and exchanges make the stage.
struct ClassExplanation {
  Duration compute_bound, memory_bound, layouts,
      starting;  // elapsed, before the stage's overlap with launches and its cap
  Energy computing, moving;
};
struct StageExplanation {
  StageResult result;  // of one GPU; of a part, what it adds to its stage, and the slowdown of that
  std::array<ClassExplanation, work_classes> by_class;
  Energy standing;    // static power x time
  Energy exchanging;  // power of exchanges beside that
  Bound bound = Bound::compute;
  [[nodiscard]] Energy total() const;
};
struct Explanation {
  std::array<StageExplanation, stages> stage;
  [[nodiscard]] Energy total() const;
};

// Some of a stage's operators.
struct Part {
  std::size_t stage = 0;  // of Observation::work
  std::vector<OpWork> operators;
};

// Errors for a law of another form than the roofline.
[[nodiscard]] Result<Explanation> explain(const Law& law, const Observation& observation);
// One for each part; of a stage, all parts or none.
[[nodiscard]] Result<std::vector<StageExplanation>> explain(const Law& law, const Observation& observation,
                                                            const std::vector<Part>& parts);

}  // namespace diffjoule::law
