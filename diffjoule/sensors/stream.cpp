// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/stream.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

namespace diffjoule::sensors {

Result<Stream> Stream::to(const WallAddress& address) {
  Stream stream;
  const auto keep = [&stream](const void* bytes, std::size_t length) {
    std::vector<std::byte>& kept = stream.addresses_.emplace_back(length);
    std::memcpy(kept.data(), bytes, length);
  };
  if (address.kind == WallAddress::Kind::unix_socket) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    if (address.path.size() >= sizeof local.sun_path)
      return fail(ErrorCode::invalid_argument, "\"" + address.path + "\" is too long for a socket's path");
    std::memcpy(local.sun_path, address.path.data(), address.path.size());
    keep(&local, sizeof local);
    return stream;
  }
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &list);
  if (error != 0)
    return fail(ErrorCode::not_found, "host \"" + address.host + "\" is not found: " + ::gai_strerror(error));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(list, &::freeaddrinfo);
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) keep(one->ai_addr, one->ai_addrlen);
  return stream;
}

Stream::Stream(Stream&& other) noexcept
    : addresses_(std::move(other.addresses_)),
      next_(other.next_),
      tried_(other.tried_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      connecting_(other.connecting_),
      unsent_(std::move(other.unsent_)),
      trouble_(std::move(other.trouble_)) {}

Stream& Stream::operator=(Stream&& other) noexcept {
  if (this == &other) return *this;
  close();
  addresses_ = std::move(other.addresses_);
  next_ = other.next_;
  tried_ = other.tried_;
  descriptor_ = std::exchange(other.descriptor_, -1);
  connecting_ = other.connecting_;
  unsent_ = std::move(other.unsent_);
  trouble_ = std::move(other.trouble_);
  return *this;
}

Stream::~Stream() { close(); }

void Stream::close() {
  if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
}

bool Stream::lost(int error) {
  trouble_ = error == 0 ? "the other side ended the connection" : std::strerror(error);
  close();
  if (!connecting_) return false;
  next_ = (next_ + 1) % addresses_.size();
  if (++tried_ >= addresses_.size()) return false;
  begin();
  return is_open();
}

void Stream::open(std::string first) {
  close();
  unsent_ = std::move(first);
  tried_ = 0;
  begin();
}

void Stream::begin() {
  connecting_ = true;
  const auto* where = reinterpret_cast<const sockaddr*>(addresses_[next_].data());
  descriptor_ = ::socket(where->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (descriptor_ < 0) {
    (void)lost(errno);
  } else if (::connect(descriptor_, where, static_cast<socklen_t>(addresses_[next_].size())) == 0) {
    connecting_ = false;
  } else if (errno != EINPROGRESS && errno != EINTR) {
    (void)lost(errno);
  }
}

bool Stream::pump(std::string& into, std::size_t most) {
  if (descriptor_ < 0) return false;
  if (connecting_) {
    pollfd ready{descriptor_, POLLOUT, 0};
    if (::poll(&ready, 1, 0) <= 0) return true;
    int error = 0;
    socklen_t size = sizeof error;
    if (::getsockopt(descriptor_, SOL_SOCKET, SO_ERROR, &error, &size) != 0) error = errno;
    if (error != 0) return lost(error);
    connecting_ = false;
  }
  while (!unsent_.empty()) {
    const ssize_t n = ::send(descriptor_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n < 0) return lost(errno);
    unsent_.erase(0, static_cast<std::size_t>(n));
  }
  std::array<char, 4096> block{};
  for (std::size_t taken = 0; taken < most;) {
    const ssize_t n = ::recv(descriptor_, block.data(), block.size(), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (n <= 0) return lost(n == 0 ? 0 : errno);
    into.append(block.data(), static_cast<std::size_t>(n));
    taken += static_cast<std::size_t>(n);
  }
  return true;
}

void Stream::wait(std::chrono::milliseconds longest) const {
  if (descriptor_ < 0) return;
  pollfd ready{descriptor_, static_cast<short>(connecting_ || !unsent_.empty() ? POLLOUT : POLLIN), 0};
  (void)::poll(&ready, 1, static_cast<int>(longest.count()));
}

}  // namespace diffjoule::sensors
