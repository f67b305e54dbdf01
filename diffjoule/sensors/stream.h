// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/sensors/wall_address.h"

// A connection to somebody who speaks, that never makes its caller wait: it connects, writes and reads as far as that
// goes at once.
namespace diffjoule::sensors {

class Stream {
 public:
  // Looks the host's name up, which may wait for a name server; done once, before measuring.
  [[nodiscard]] static Result<Stream> to(const WallAddress& address);

  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&& other) noexcept;
  ~Stream();

  // Begins to connect, with `first` to be sent then. Ends a connection that is open.
  void open(std::string first = {});
  void close();
  [[nodiscard]] bool is_open() const { return descriptor_ >= 0; }

  // Appends what has come, at most `most` bytes in one go. False: the other side is gone, or never was there.
  [[nodiscard]] bool pump(std::string& into, std::size_t most = 1 << 16);

  // Waits until something has come, but no longer.
  void wait(std::chrono::milliseconds longest) const;

  // Why the last connection ended: "connection refused".
  [[nodiscard]] const std::string& trouble() const { return trouble_; }

 private:
  Stream() = default;
  void begin();          // to connect to addresses_[next_]
  bool lost(int error);  // true: another address of the host is being tried

  std::vector<std::vector<std::byte>>
      addresses_;  // of the host, each a sockaddr: one that fails is followed by the next
  std::size_t next_ = 0, tried_ = 0;
  int descriptor_ = -1;
  bool connecting_ = false;
  std::string unsent_;
  std::string trouble_;
};

}  // namespace diffjoule::sensors
