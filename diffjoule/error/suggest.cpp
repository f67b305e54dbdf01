// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/error/suggest.h"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace diffjoule {
namespace {

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost one each.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

}  // namespace

std::string folded_name(std::string_view name) {
  std::string folded;
  for (const char c : name) {
    if (c == ' ' || c == '-' || c == '_' || c == '.') continue;
    folded.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return folded;
}

std::vector<std::string> nearest_names(std::string_view query, std::span<const std::string> known, std::size_t most) {
  const std::string wanted = folded_name(query.substr(0, 200));
  if (wanted.empty()) return {};
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& name : known) {
    const std::string folded = folded_name(name);
    const bool inside =
        folded.find(wanted) != std::string::npos || (!folded.empty() && wanted.find(folded) != std::string::npos);
    const std::size_t d = inside ? 1 : distance(wanted, folded);
    if (inside || d <= std::max<std::size_t>(1, wanted.size() / 2)) near.emplace_back(d, name);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (auto& [d, name] : near) {
    if (names.size() == most) break;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

std::string unknown_name(std::string_view kind, std::string_view query, std::span<const std::string> known,
                         std::string_view list_command) {
  std::string message = "no " + std::string(kind) + " named \"" + std::string(query.substr(0, 200)) + "\"; ";
  const std::vector<std::string> near = nearest_names(query, known);
  if (near.empty()) return message + "\"" + std::string(list_command) + "\" shows all";
  message += "did you mean ";
  for (std::size_t i = 0; i < near.size(); ++i) message += (i == 0 ? "\"" : ", \"") + near[i] + "\"";
  return message + "?";
}

}  // namespace diffjoule
