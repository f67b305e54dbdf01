// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "diffjoule/error/result.h"

namespace diffjoule::io {

// The first bytes of a file and how long the whole is.
struct FileHead {
  std::string bytes;
  std::uint64_t file_bytes = 0;
};

// At most `most` bytes are read, however large the file.
[[nodiscard]] Result<FileHead> read_head(const std::string& path, std::uint64_t most);

}  // namespace diffjoule::io
