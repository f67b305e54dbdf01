// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/flops/cost.h"
#include "diffjoule/graph/program.h"

// The cost of graphs and programs. Cannot fail: a finished graph is countable.
namespace diffjoule::flops {

// One forward.
[[nodiscard]] CostByClass count(const Graph& graph);

// All evaluations of the phase.
[[nodiscard]] CostByClass count(const Phase& phase);

// The whole request.
[[nodiscard]] CostByClass count(const Program& program);

// One row of a breakdown of a graph: every call with this scope path and operator.
struct ScopeCost {
  std::string path;
  std::string op;  // PyTorch's name
  OpClass op_class;
  Cost cost;  // of one forward, all repeats
};

// By scope, cut after `depth` steps of the path (0: uncut), and by operator; in the order of first use.
[[nodiscard]] std::vector<ScopeCost> count_by_scope(const Graph& graph, std::size_t depth = 0);

}  // namespace diffjoule::flops
