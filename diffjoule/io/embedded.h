// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

// The catalogue files that were built into the program, sorted by path below data/ ("gpus/H100-SXM-80GB.toml").
namespace diffjoule::io {

struct EmbeddedFile {
  std::string_view path;
  std::string_view bytes;
};

[[nodiscard]] const std::vector<EmbeddedFile>& embedded_files();

}  // namespace diffjoule::io
