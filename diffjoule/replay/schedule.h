// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "diffjoule/graph/graph.h"

// In which order a graph's operators run. Those that stand in a row within a repeated scope are one loop, inner loops
// in it: block 0, block 1, ..., not one operator of all blocks.
namespace diffjoule::replay {

// One operator, or `times` rounds of what is inside.
struct Step {
  std::int64_t times = 1;
  std::size_t node = 0;  // of Graph::nodes(), where nothing is inside
  std::vector<Step> inside = {};
  friend bool operator==(const Step&, const Step&) = default;
};

// Every node runs as often as Graph::repeats() of its scope says.
[[nodiscard]] std::vector<Step> schedule(const Graph& graph);

}  // namespace diffjoule::replay
