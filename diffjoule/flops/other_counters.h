// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/graph/program.h"
#include "diffjoule/units/count.h"

// What other ways of counting make of the same request, so that figures from elsewhere can be told apart.
namespace diffjoule::flops {

struct CounterFigure {
  std::string counter;  // who counts so
  std::string counts;   // what is in it
  FlopCount flops;      // 2 x multiply-adds, and whatever the counter adds
};

// The own count first. Derived from the same graphs by each counter's rule; no other program is run.
[[nodiscard]] std::vector<CounterFigure> other_counters(const Program& program);

}  // namespace diffjoule::flops
