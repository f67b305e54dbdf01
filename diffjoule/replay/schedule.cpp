// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/schedule.h"

#include <algorithm>

namespace diffjoule::replay {
namespace {

using Chain = std::vector<ScopeId>;  // the repeated scopes around a node, outermost first

Chain chain_of(const Graph& graph, ScopeId scope) {
  Chain chain;
  for (; scope != 0; scope = graph.scopes()[scope].parent) {
    if (graph.scopes()[scope].count > 1) chain.push_back(scope);
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

struct Range {
  std::size_t begin, end;
};

std::vector<Step> steps_of(const Graph& graph, const std::vector<Chain>& chains, Range range, std::size_t depth) {
  std::vector<Step> steps;
  for (std::size_t i = range.begin; i < range.end;) {
    if (chains[i].size() <= depth) {
      steps.push_back({.node = i++});
      continue;
    }
    const ScopeId scope = chains[i][depth];
    std::size_t end = i;
    while (end < range.end && chains[end].size() > depth && chains[end][depth] == scope) ++end;
    steps.push_back({.times = graph.scopes()[scope].count, .inside = steps_of(graph, chains, {i, end}, depth + 1)});
    i = end;
  }
  return steps;
}

}  // namespace

std::vector<Step> schedule(const Graph& graph) {
  std::vector<Chain> chains;
  for (const Node& node : graph.nodes()) chains.push_back(chain_of(graph, node.scope));
  return steps_of(graph, chains, {0, chains.size()}, 0);
}

}  // namespace diffjoule::replay
