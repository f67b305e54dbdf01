// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "diffjoule/law/law.h"
#include "diffjoule/law/roofline.h"

// Where the joules and seconds of a prediction go: the terms of the energy roofline, by stage and class of operator.
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
  StageResult result;  // of one GPU
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

// An error for a law of another form than the roofline.
[[nodiscard]] Result<Explanation> explain(const Law& law, const Observation& observation);

}  // namespace diffjoule::law
