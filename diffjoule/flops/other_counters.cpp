// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/flops/other_counters.h"

#include <algorithm>

#include "diffjoule/flops/count.h"
#include "diffjoule/flops/op_cost.h"

namespace diffjoule::flops {
namespace {

// Elements of everything that is not a matrix product: one operation each.
WideInteger other_elements(const Graph& graph) {
  WideInteger sum = 0;
  for (const Node& node : graph.nodes()) {
    if (cost_of(node.op, node.dtype).flops.exact() == 0)
      sum += static_cast<WideInteger>(graph.repeats(node.scope)) * result_elements(node.op).exact();
  }
  return sum;
}

// Parameters of the network times the tokens of its longest sequence, twice.
WideInteger by_parameters(const Phase& phase) {
  std::int64_t rows = 1;
  for (const Node& node : phase.graph.nodes()) {
    if (const Linear* linear = std::get_if<Linear>(&node.op)) rows = std::max(rows, linear->rows);
  }
  return 2 * phase.graph.learnable_parameters().exact() * static_cast<WideInteger>(rows);
}

}  // namespace

std::vector<CounterFigure> other_counters(const Program& program) {
  WideInteger all = 0, without_attention = 0, with_elements = 0, parameters = 0;
  for (const Phase& phase : program.phases) {
    const auto times = static_cast<WideInteger>(phase.evaluations);
    const CostByClass cost = count(phase);
    all += cost.total().flops.exact();
    without_attention += cost[OpClass::linear].flops.exact() + cost[OpClass::convolution].flops.exact();
    with_elements += times * other_elements(phase.graph);
    parameters += times * by_parameters(phase);
  }
  return {
      {"diffjoule; torch FlopCounterMode", "linear, convolution, attention, matrix products", FlopCount(all)},
      {"thop, fvcore, calflops on fused attention", "linear and convolution: scaled_dot_product_attention is not seen",
       FlopCount(without_attention)},
      {"onnx-tool, calflops with functional patches", "and one operation for every element of other results",
       FlopCount(all + with_elements)},
      {"2 x parameters x tokens", "every parameter meets every token of the longest sequence", FlopCount(parameters)}};
}

}  // namespace diffjoule::flops
