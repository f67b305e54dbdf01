// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

// What exec is called with: made before fork, because a child of a program with threads may not allocate.
namespace diffjoule::os {

// Ours as "NAME=VALUE" with the additions, which replace what has their name.
[[nodiscard]] std::vector<std::string> environment_with(const std::vector<std::pair<std::string, std::string>>& added);

// Pointers to the texts, which must outlive them, and a null at the end.
[[nodiscard]] std::vector<char*> exec_words(std::vector<std::string>& texts);

}  // namespace diffjoule::os
