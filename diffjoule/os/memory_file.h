// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "diffjoule/error/result.h"

namespace diffjoule::os {

// A file that lies in memory and in no folder: for other programs of this user to read while it lives, and nothing to
// clean up after a crash.
class MemoryFile {
 public:
  [[nodiscard]] static Result<std::unique_ptr<MemoryFile>> holding(std::string_view bytes);
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  [[nodiscard]] std::string path() const;  // for any process

 private:
  explicit MemoryFile(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace diffjoule::os
