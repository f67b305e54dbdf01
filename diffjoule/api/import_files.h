// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diffjoule/store/import.h"

// Files of any known format, read.
namespace diffjoule::api {

struct ImportedFiles {
  std::string format;
  std::vector<std::string> files;
  store::Imported imported;
};

struct ImportedAll {
  std::vector<ImportedFiles> groups;    // in the order of the first file of each
  std::vector<store::Refused> refused;  // whole files
};

[[nodiscard]] Result<std::vector<store::Input>> read_inputs(const std::vector<std::string>& paths);

// Each file by the importer that knows it, or by `format`; files that belong together at once. A file that cannot be
// read as its format is refused, the others are taken.
[[nodiscard]] Result<ImportedAll> import_inputs(const std::vector<store::Input>& inputs,
                                                const std::optional<std::string>& format);

}  // namespace diffjoule::api
