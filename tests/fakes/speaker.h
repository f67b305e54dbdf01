// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace diffjoule::fakes {

// Somebody who listens on loopback, or on a path, and says a text to everyone who connects. `after_request`: only once
// an empty line has come, and then hangs up, as a server of pages does.
class Speaker {
 public:
  explicit Speaker(std::string text, bool after_request = false, const std::string& path = "")
      : text_(std::move(text)), after_request_(after_request) {
    path.empty() ? listen_on_loopback() : listen_on(path);
    thread_ = std::thread([this] { serve(); });
  }
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;
  ~Speaker() {
    over_ = true;
    thread_.join();
    hang_up();
    ::close(listener_);
  }

  [[nodiscard]] int port() const { return port_; }

  // To everyone who is connected.
  void say(const std::string& text) {
    const std::lock_guard lock(mutex_);
    for (const int one : listeners_) (void)::send(one, text.data(), text.size(), MSG_NOSIGNAL);
  }
  // To those who connect from now on.
  void will_say(std::string text) {
    const std::lock_guard lock(mutex_);
    text_ = std::move(text);
  }
  void hang_up() {
    const std::lock_guard lock(mutex_);
    for (const int one : listeners_) ::close(one);
    listeners_.clear();
  }

 private:
  void listen_on_loopback() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 8) != 0)
      std::abort();
    if (::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) std::abort();
    port_ = ntohs(address.sin_port);
  }
  void listen_on(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    listener_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 || ::listen(listener_, 8) != 0)
      std::abort();
  }
  void serve() {
    while (!over_) {
      pollfd ready{listener_, POLLIN, 0};
      if (::poll(&ready, 1, 10) <= 0) continue;
      const int one = ::accept(listener_, nullptr, nullptr);
      if (one < 0) continue;
      if (after_request_) hear(one);
      const std::lock_guard lock(mutex_);
      (void)::send(one, text_.data(), text_.size(), MSG_NOSIGNAL);
      if (after_request_) {
        ::close(one);
      } else {
        listeners_.push_back(one);
      }
    }
  }
  static void hear(int one) {
    std::string request;
    char block[1024];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const ssize_t n = ::recv(one, block, sizeof block, 0);
      if (n <= 0) return;
      request.append(block, static_cast<std::size_t>(n));
    }
  }

  std::string text_;
  bool after_request_;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> over_ = false;
  std::mutex mutex_;
  std::vector<int> listeners_;
  std::thread thread_;
};

}  // namespace diffjoule::fakes
