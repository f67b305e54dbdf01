// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/graph/graph.h"

#include <algorithm>

namespace diffjoule {
namespace {

std::string joined(const std::string& path, const std::string& name) {
  if (path.empty() || name.empty()) return path + name;
  return path + "." + name;
}

ParameterCount elements_of(const Graph& graph, bool buffers_too) {
  ParameterCount total;
  for (const Parameter& parameter : graph.parameters()) {
    if (!parameter.learnable && !buffers_too) continue;
    total +=
        static_cast<WideInteger>(graph.repeats(parameter.scope)) * ParameterCount(parameter.shape.elements().exact());
  }
  return total;
}

}  // namespace

std::int64_t Graph::repeats(ScopeId scope) const {
  std::int64_t product = 1;
  for (; scope != 0; scope = scopes_[scope].parent) product *= std::max<std::int64_t>(1, scopes_[scope].count);
  return product;
}

std::string Graph::path(ScopeId scope) const {
  if (scope == 0) return "";
  const ScopeStep& step = scopes_[scope];
  const std::string path_here = joined(path(step.parent), step.name);
  if (step.name.empty()) return path_here;
  return step.count > 0 ? joined(path_here, "*") : path_here;
}

std::vector<std::string> Graph::names(const Parameter& parameter) const {
  std::vector<ScopeId> steps;
  for (ScopeId scope = parameter.scope; scope != 0; scope = scopes_[scope].parent) steps.push_back(scope);
  std::reverse(steps.begin(), steps.end());
  std::vector<std::string> paths{""};
  for (const ScopeId scope : steps) {
    const ScopeStep& step = scopes_[scope];
    std::vector<std::string> longer;
    for (const std::string& path_here : paths) {
      const std::string named = joined(path_here, step.name);
      if (step.count == 0) longer.push_back(named);
      for (std::int64_t i = step.first; i < step.first + step.count * step.stride; i += step.stride)
        longer.push_back(joined(named, std::to_string(i)));
    }
    paths = std::move(longer);
  }
  for (std::string& path_here : paths) path_here = joined(path_here, parameter.name);
  return paths;
}

ParameterCount Graph::learnable_parameters() const { return elements_of(*this, false); }
ParameterCount Graph::checkpoint_elements() const { return elements_of(*this, true); }

}  // namespace diffjoule
