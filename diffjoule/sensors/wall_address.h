// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "diffjoule/error/result.h"

// Where a wall meter speaks: "tcp://HOST:PORT", "unix:PATH" or "http://HOST[:PORT]/PATH#METRIC{label=\"value\"}".
namespace diffjoule::sensors {

struct WallAddress {
  enum class Kind { tcp, unix_socket, http };
  Kind kind = Kind::tcp;
  std::string host, port;  // tcp, http; the brackets of an IPv6 address are taken off
  std::string path;        // of the socket, or of the page
  std::string metric;      // http: what stands behind "#"
};

[[nodiscard]] Result<WallAddress> parse_wall_address(std::string_view text);

}  // namespace diffjoule::sensors
