// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/file_head.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace diffjoule::io {

Result<FileHead> read_head(const std::string& path, std::uint64_t most) {
  std::error_code code;
  const auto size = std::filesystem::file_size(path, code);
  if (code) return fail(ErrorCode::not_found, "reading " + path + ": " + code.message());
  std::ifstream stream(path, std::ios::binary);
  FileHead head{std::string(static_cast<std::size_t>(std::min<std::uint64_t>(size, most)), '\0'), size};
  if (!stream.read(head.bytes.data(), static_cast<std::streamsize>(head.bytes.size())))
    return fail(ErrorCode::not_found, "reading " + path + ": the file cannot be read");
  return head;
}

}  // namespace diffjoule::io
