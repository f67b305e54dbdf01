// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/flops/count.h"

#include <map>
#include <utility>

#include "diffjoule/flops/op_cost.h"

namespace diffjoule::flops {
namespace {

std::string cut(const std::string& path, std::size_t depth) {
  if (depth == 0) return path;
  std::size_t end = 0;
  for (std::size_t steps = 0; steps < depth && end != std::string::npos; ++steps)
    end = path.find('.', steps == 0 ? 0 : end + 1);
  return path.substr(0, end);
}

}  // namespace

CostByClass count(const Graph& graph) {
  CostByClass total;
  for (const Node& node : graph.nodes()) {
    total[class_of(node.op)] +=
        static_cast<WideInteger>(graph.repeats(node.scope)) * cost_of(node.op, node.dtype, node.weights);
  }
  return total;
}

CostByClass count(const Phase& phase) { return static_cast<WideInteger>(phase.evaluations) * count(phase.graph); }

CostByClass count(const Program& program) {
  CostByClass total;
  for (const Phase& phase : program.phases) total += count(phase);
  return total;
}

std::vector<ScopeCost> count_by_scope(const Graph& graph, std::size_t depth) {
  std::vector<ScopeCost> rows;
  std::map<std::pair<std::string, std::string>, std::size_t> places;
  for (const Node& node : graph.nodes()) {
    std::string path = cut(graph.path(node.scope), depth);
    std::string op(aten_name(node.op));
    const auto [place, fresh] = places.try_emplace({path, op}, rows.size());
    if (fresh) rows.push_back({std::move(path), std::move(op), class_of(node.op), {}});
    rows[place->second].cost +=
        static_cast<WideInteger>(graph.repeats(node.scope)) * cost_of(node.op, node.dtype, node.weights);
  }
  return rows;
}

}  // namespace diffjoule::flops
