// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/own_program.h"

#include <unistd.h>

#include <filesystem>

namespace diffjoule::os {

Result<std::string> own_program(const std::string& name) {
  std::error_code error;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  const std::filesystem::path beside = self / name;
  const std::filesystem::path installed = self.parent_path() / "libexec" / "diffjoule" / name;
  for (const std::filesystem::path& path : {beside, installed}) {
    if (access(path.c_str(), X_OK) == 0) return path.string();
  }
  return fail(ErrorCode::not_found, "the program " + name + " is neither " + beside.string() + " nor " +
                                        installed.string() + "; it is part of a whole installation");
}

}  // namespace diffjoule::os
