// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/kernel_tree.h"

#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>

#include "diffjoule/os/attribute.h"

namespace diffjoule::sensors {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Runs of digits are compared as numbers.
bool natural_less(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (!is_digit(a[i]) || !is_digit(b[j])) {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i, ++j;
      continue;
    }
    const auto end_of = [](const std::string& text, std::size_t from) {
      while (from < text.size() && is_digit(text[from])) ++from;
      return from;
    };
    while (i + 1 < a.size() && a[i] == '0' && is_digit(a[i + 1])) ++i;
    while (j + 1 < b.size() && b[j] == '0' && is_digit(b[j + 1])) ++j;
    const std::size_t length_a = end_of(a, i) - i, length_b = end_of(b, j) - j;
    if (length_a != length_b) return length_a < length_b;
    const int order = a.compare(i, length_a, b, j, length_b);
    if (order != 0) return order < 0;
    i += length_a, j += length_b;
  }
  if ((i < a.size()) != (j < b.size())) return j < b.size();
  return a < b;
}

bool fits(std::string_view name, std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return name == pattern;
  const std::string_view before = pattern.substr(0, star), after = pattern.substr(star + 1);
  return name.size() >= before.size() + after.size() && name.starts_with(before) && name.ends_with(after);
}

}  // namespace

std::string KernelTree::at(std::string_view path) const {
  const bool parted = root_.ends_with('/') || path.empty();
  return root_ + (parted ? "" : "/") + std::string(path);
}

std::vector<std::string> KernelTree::entries(std::string_view folder, std::string_view prefix) const {
  std::vector<std::string> names;
  const auto close = [](DIR* d) { ::closedir(d); };
  const std::unique_ptr<DIR, decltype(close)> open(::opendir(at(folder).c_str()), close);
  if (open == nullptr) return names;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != ".." && name.starts_with(prefix)) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

bool KernelTree::has(std::string_view path) const { return ::access(at(path).c_str(), F_OK) == 0; }

std::optional<std::string> KernelTree::text(std::string_view path) const {
  auto read = os::Attribute(at(path)).text();
  if (read.outcome != os::Attribute::Outcome::fine) return std::nullopt;
  return std::move(read.value);
}

std::optional<std::int64_t> KernelTree::whole(std::string_view path) const {
  const auto read = os::Attribute(at(path)).whole();
  if (read.outcome != os::Attribute::Outcome::fine) return std::nullopt;
  return read.value;
}

std::optional<std::string> KernelTree::link_end(std::string_view path) const {
  std::array<char, 4096> target{};
  const ssize_t length = ::readlink(at(path).c_str(), target.data(), target.size());
  if (length <= 0) return std::nullopt;
  const std::string_view text(target.data(), static_cast<std::size_t>(length));
  return std::string(text.substr(text.rfind('/') + 1));
}

std::vector<std::string> KernelTree::matches(std::string_view pattern) const {
  std::vector<std::string> found{""};
  while (!pattern.empty() && !found.empty()) {
    const std::size_t slash = std::min(pattern.find('/'), pattern.size());
    const std::string_view part = pattern.substr(0, slash);
    pattern.remove_prefix(std::min(slash + 1, pattern.size()));
    std::vector<std::string> longer;
    for (const std::string& folder : found) {
      const std::string before = folder.empty() ? "" : folder + "/";
      if (part.find('*') == std::string_view::npos) {
        longer.push_back(before + std::string(part));
        continue;
      }
      for (const std::string& name : entries(folder, part.substr(0, part.find('*')))) {
        if (fits(name, part)) longer.push_back(before + name);
      }
    }
    found = std::move(longer);
  }
  std::erase_if(found, [this](const std::string& path) { return path.empty() || !has(path); });
  return found;
}

}  // namespace diffjoule::sensors
