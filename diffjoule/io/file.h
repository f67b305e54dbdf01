// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "diffjoule/error/result.h"

namespace diffjoule::io {

// The whole of a regular file; "-" is standard input. Refuses folders and files beyond 1 GiB.
[[nodiscard]] Result<std::string> read_file(const std::string& path);

// All or nothing: writes beside `path` and renames over it; "-" is standard output. A device or a pipe is written to,
// never replaced.
[[nodiscard]] Status write_file(const std::string& path, std::string_view bytes);

}  // namespace diffjoule::io
