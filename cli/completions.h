// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/error/result.h"

namespace diffjoule::cli {

// The script that teaches a shell ("bash", "zsh", "fish") the verbs, their flags and choices. Names of models, GPUs and
// grids are asked of the program when they are needed.
[[nodiscard]] Result<std::string> completions(const std::string& shell);

}  // namespace diffjoule::cli
