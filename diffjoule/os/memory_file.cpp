// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace diffjoule::os {

Result<std::unique_ptr<MemoryFile>> MemoryFile::holding(std::string_view bytes) {
  const int descriptor = memfd_create("diffjoule", MFD_CLOEXEC);
  auto file = std::unique_ptr<MemoryFile>(new MemoryFile(descriptor));
  while (descriptor >= 0 && !bytes.empty()) {
    const ssize_t written = write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  if (descriptor < 0 || !bytes.empty())
    return fail(ErrorCode::unavailable, std::string("making a file in memory: ") + std::strerror(errno));
  return file;
}

MemoryFile::~MemoryFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

std::string MemoryFile::path() const {
  return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(descriptor_);
}

}  // namespace diffjoule::os
