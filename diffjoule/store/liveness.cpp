// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/liveness.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace diffjoule::store {
namespace {

std::string live_path(const std::string& store) { return store + "-live"; }

struct flock one_byte(std::int64_t number) {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = number;
  lock.l_len = 1;
  return lock;
}

}  // namespace

Result<Liveness> Liveness::hold(const std::string& store, std::int64_t number) {
  const int file = ::open(live_path(store).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (file < 0) return fail(ErrorCode::unavailable, "opening " + live_path(store) + ": " + std::strerror(errno));
  Liveness held(file);
  struct flock lock = one_byte(number);
  if (::fcntl(file, F_OFD_SETLK, &lock) != 0)
    return fail(ErrorCode::unavailable, "locking " + live_path(store) + ": " + std::strerror(errno) +
                                            "; use --store FILE on a local file system");
  return held;
}

Liveness::~Liveness() {
  if (file_ >= 0) ::close(file_);
}

std::optional<bool> is_alive(const std::string& store, std::int64_t number) {
  // Where the file cannot be written, it can be read: asking needs no more.
  int file = ::open(live_path(store).c_str(), O_RDWR | O_CLOEXEC);
  if (file < 0 && errno == ENOENT) return false;
  if (file < 0) file = ::open(live_path(store).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  struct flock lock = one_byte(number);
  const int asked = ::fcntl(file, F_OFD_GETLK, &lock);
  ::close(file);
  if (asked != 0) return std::nullopt;
  return lock.l_type != F_UNLCK;
}

}  // namespace diffjoule::store
