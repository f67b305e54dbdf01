// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/tee.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <utility>

namespace diffjoule::os {

Tee::Tee(int from, int to, std::function<void(std::string_view line)> see)
    : from_(from), to_(to), see_(std::move(see)) {
  fcntl(from_, F_SETFL, fcntl(from_, F_GETFL) | O_NONBLOCK);
}

Tee::~Tee() { close_from(); }

void Tee::close_from() {
  if (from_ >= 0) close(from_);
  from_ = -1;
}

void Tee::read_some() {
  std::array<char, std::size_t{16} * 1024> bytes;
  const ssize_t count = read(from_, bytes.data(), bytes.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) return close_from();
  const std::string_view got(bytes.data(), static_cast<std::size_t>(count));
  waiting_ += got;
  pollfd ready{to_, POLLOUT, 0};
  if (poll(&ready, 1, 0) > 0) write_some();
  look_at(got);
}

void Tee::write_some() {
  // A blocking pipe that is ready takes PIPE_BUF bytes without waiting; more might wait.
  const std::size_t most = std::min<std::size_t>(waiting_.size(), PIPE_BUF);
  const ssize_t count = write(to_, waiting_.data(), most);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count < 0) {  // nobody reads any more: the child learns it as it would have, by its next write
    waiting_.clear();
    return close_from();
  }
  waiting_.erase(0, static_cast<std::size_t>(count));
}

void Tee::finish() {
  const auto flush = [this] {
    while (wants_to_write()) {
      pollfd ready{to_, POLLOUT, 0};
      if (poll(&ready, 1, -1) > 0) write_some();
    }
  };
  for (bool more = true; more && open();) {
    flush();
    pollfd ready{from_, POLLIN, 0};
    more = open() && poll(&ready, 1, 0) > 0;
    if (more) read_some();
  }
  flush();
  if (!line_.empty()) see_(std::exchange(line_, {}));
}

void Tee::look_at(std::string_view bytes) {
  for (const char c : bytes) {
    if (c != '\n' && c != '\r') {
      if (line_.size() < longest_line) line_ += c;
    } else if (!line_.empty()) {
      see_(line_);
      line_.clear();
    }
  }
}

}  // namespace diffjoule::os
