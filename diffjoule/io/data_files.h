// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"

// The catalogue's files: those built into the program, overlaid by a folder of the same layout. Paths are below data/
// ("gpus/H100-SXM-80GB.toml"); a file of the folder replaces the built-in one of the same path.
namespace diffjoule::io {

class DataFiles {
 public:
  // Built-in files only.
  DataFiles() = default;
  // With an overlay; fails if `folder` is not one.
  [[nodiscard]] static Result<DataFiles> with_overlay(const std::string& folder);
  // The overlay's folder; empty: there is none.
  [[nodiscard]] const std::string& overlay() const { return folder_; }

  // The bytes of a file. An error says which path.
  [[nodiscard]] Result<std::string> read(const std::string& path) const;
  [[nodiscard]] bool contains(const std::string& path) const;
  // Paths that begin with `prefix` and end with `suffix`, sorted.
  [[nodiscard]] std::vector<std::string> list(std::string_view prefix, std::string_view suffix) const;

 private:
  std::string folder_;  // empty: none
};

}  // namespace diffjoule::io
