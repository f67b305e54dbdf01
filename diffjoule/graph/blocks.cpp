// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/graph/blocks.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace diffjoule {
namespace {

// One name of a module path; of a repeated list, the step that says which members.
struct Name {
  std::string text;
  const ScopeStep* list = nullptr;
};
using Path = std::vector<Name>;

void append_names(const ScopeStep& step, Path& path) {
  if (step.name.empty()) return;
  for (std::size_t begin = 0; begin <= step.name.size();) {
    const std::size_t end = std::min(step.name.find('.', begin), step.name.size());
    path.push_back({step.name.substr(begin, end - begin)});
    begin = end + 1;
  }
  if (step.count > 0) path.back().list = &step;
}

Path path_of(const Graph& graph, ScopeId scope) {
  if (scope == 0) return {};
  const ScopeStep& step = graph.scopes()[scope];
  Path path = path_of(graph, step.parent);
  append_names(step, path);
  return path;
}

std::string joined(const Path& path, std::size_t names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names, path.size()); ++i) text += (i == 0 ? "" : ".") + path[i].text;
  return text;
}

// A list whose members are all one block.
std::optional<std::size_t> repeated_list(const Path& path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (path[i].list != nullptr) return i;
    if (path[i].text.find("block") != std::string::npos) break;
  }
  return std::nullopt;
}

std::optional<std::int64_t> number_of(const std::string& text) {
  constexpr std::size_t longest = 9;  // digits
  if (text.empty() || text.size() > longest || text.find_first_not_of("0123456789") != std::string::npos) return {};
  return std::stoll(text);
}

// How many names of the path are its block's; none if it is in no block. Adds to the members of a repeated list.
using Members = std::map<std::string, std::set<std::int64_t>>;
std::size_t block_names(const Path& path, Members& lists) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool is_block = path[i].text.find("block") != std::string::npos;
    if (path[i].list == nullptr && !is_block) continue;
    const auto number = i + 1 < path.size() ? number_of(path[i + 1].text) : std::nullopt;
    const auto list = lists.find(joined(path, i + 1));
    if (list == lists.end()) return number ? i + 2 : i + 1;
    if (const ScopeStep* step = path[i].list) {
      for (std::int64_t k = 0; k < step->count; ++k) list->second.insert(step->first + k * step->stride);
    } else if (number) {
      list->second.insert(*number);
    }
    return i + 1;
  }
  return 0;
}

}  // namespace

std::vector<Block> blocks(const Graph& graph) {
  std::map<ScopeId, Path> paths;
  for (const Node& node : graph.nodes()) {
    if (!paths.contains(node.scope)) paths[node.scope] = path_of(graph, node.scope);
  }
  Members lists;
  for (const auto& [scope, path] : paths) {
    if (const auto list = repeated_list(path)) lists[joined(path, *list + 1)];
  }
  std::map<ScopeId, std::size_t> names;
  std::set<std::string> shared;  // outermost modules with blocks inside
  for (const auto& [scope, path] : paths) {
    names[scope] = block_names(path, lists);
    if (names[scope] > 1 && names[scope] > (number_of(path[1].text) ? 2U : 1U)) shared.insert(path.front().text);
  }
  std::map<std::string, std::size_t> places;
  std::vector<std::pair<std::string, std::vector<Node>>> members;
  for (const Node& node : graph.nodes()) {
    const Path& path = paths[node.scope];
    std::size_t own = names[node.scope];
    if (own == 0) own = path.empty() || !shared.contains(path.front().text) ? 1 : 2;
    const std::string name = joined(path, own);
    const auto [place, fresh] = places.try_emplace(name, members.size());
    if (fresh) members.push_back({name, {}});
    members[place->second].second.push_back(node);
  }
  std::vector<Block> all;
  for (auto& [name, nodes] : members) {
    const auto list = lists.find(name);
    const std::int64_t count = list == lists.end() ? 1 : static_cast<std::int64_t>(list->second.size());
    all.push_back({name, count, Graph(graph.scopes(), std::move(nodes), {})});
  }
  return all;
}

}  // namespace diffjoule
