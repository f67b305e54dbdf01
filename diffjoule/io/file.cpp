// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace diffjoule::io {
namespace {

constexpr std::size_t largest = std::size_t{1} << 30;

// Closes a descriptor that is not standard input or output.
struct Descriptor {
  explicit Descriptor(int n) : number(n) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number > 2) ::close(number);
  }
  int number;
};

std::string reason() { return std::strerror(errno); }

Status write_all(int descriptor, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(ErrorCode::unavailable, "writing " + path + ": " + reason());
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  const Descriptor file(path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.number < 0)
    return fail(errno == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable, "reading " + path + ": " + reason());
  struct stat info {};
  if (::fstat(file.number, &info) == 0 && S_ISDIR(info.st_mode))
    return fail(ErrorCode::invalid_argument, "reading " + path + ": it is a folder, a file is wanted");
  std::string bytes;
  if (S_ISREG(info.st_mode)) bytes.reserve(std::min(largest, static_cast<std::size_t>(info.st_size)));
  std::string block(1 << 16, '\0');
  for (;;) {
    const ssize_t n = ::read(file.number, block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(ErrorCode::unavailable, "reading " + path + ": " + reason());
    if (n == 0) return bytes;
    bytes.append(block, 0, static_cast<std::size_t>(n));
    if (bytes.size() > largest) return fail(ErrorCode::invalid_data, "reading " + path + ": it is larger than 1 GiB");
  }
}

Status write_file(const std::string& path, std::string_view bytes) {
  if (path == "-") return write_all(STDOUT_FILENO, bytes, "standard output");
  struct stat there {};
  if (::stat(path.c_str(), &there) == 0 && !S_ISREG(there.st_mode) && !S_ISDIR(there.st_mode)) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (file.number < 0) return fail(ErrorCode::unavailable, "writing " + path + ": " + reason());
    return write_all(file.number, bytes, path);
  }
  const std::string beside = path + ".partial-" + std::to_string(::getpid());
  Status written;
  {
    const Descriptor file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.number < 0) return fail(ErrorCode::unavailable, "writing " + path + ": " + reason());
    written = write_all(file.number, bytes, path);
    if (written && ::fsync(file.number) != 0)
      written = fail(ErrorCode::unavailable, "writing " + path + ": " + reason());
  }
  if (written && ::rename(beside.c_str(), path.c_str()) != 0)
    written = fail(ErrorCode::unavailable, "writing " + path + ": " + reason());
  if (!written) ::unlink(beside.c_str());
  return written;
}

}  // namespace diffjoule::io
