// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"

namespace diffjoule::os {

// Runs a program (a path or a name that is looked up in PATH, and its arguments) to its end and gives what it wrote to
// standard output; standard error stays ours. An error where it cannot be started (not_found: there is none), ends with
// another code than 0, or writes more than `most` bytes.
[[nodiscard]] Result<std::string> program_output(const std::vector<std::string>& arguments,
                                                 std::size_t most = std::size_t{256} << 20);

}  // namespace diffjoule::os
