// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"

// Command lines that a setting holds. No shell runs them.
namespace diffjoule::engines {

// Words as a shell splits them: spaces part, '...' is untouched, in "..." and outside \ takes the next character as it
// is. Nothing else has a meaning. An error: no word, a quote that stays open.
[[nodiscard]] Result<std::vector<std::string>> split_words(std::string_view text);

// By name: what stands for {name}; nullopt: nothing was said of it.
using Values = std::map<std::string, std::optional<std::string>>;

// The word with its placeholders filled; {{ and }} are braces. An error names an unknown placeholder and the nearest
// ones, or says of which nothing was said.
[[nodiscard]] Result<std::string> filled(std::string_view word, const Values& values);

}  // namespace diffjoule::engines
