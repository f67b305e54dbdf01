// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/wall_address.h"

#include <algorithm>

namespace diffjoule::sensors {
namespace {

bool is_port(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= 5 && std::all_of(text.begin(), text.end(), is_digit) &&
         std::stoi(std::string(text)) >= 1 && std::stoi(std::string(text)) <= 65535;
}

// "host:port", "[::1]:port"; where no port is given, `port` stays as it was. False: not understood.
bool take_authority(std::string_view text, WallAddress& into) {
  std::string_view rest;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return false;
    into.host = text.substr(1, end - 1);
    rest = text.substr(end + 1);
  } else {
    const std::size_t colon = std::min(text.find(':'), text.size());
    into.host = text.substr(0, colon);
    rest = text.substr(colon);
  }
  const auto is_odd = [](char c) { return c <= ' ' || c == 0x7f; };
  if (into.host.empty() || std::any_of(into.host.begin(), into.host.end(), is_odd)) return false;
  if (rest.empty()) return !into.port.empty();
  into.port = rest.substr(1);
  return rest.front() == ':' && is_port(into.port);
}

}  // namespace

Result<WallAddress> parse_wall_address(std::string_view text) {
  const auto refuse = [text](const std::string& reason) {
    return fail(
        ErrorCode::invalid_argument,
        "\"wall:" + std::string(text) + "\": " + reason +
            "; expected wall:tcp://HOST:PORT, wall:unix:PATH or wall:http://HOST:PORT/metrics#METRIC{label=\"x\"}");
  };
  WallAddress a;
  if (text.starts_with("unix:")) {
    a.kind = WallAddress::Kind::unix_socket;
    a.path = text.substr(5);
    if (a.path.empty() || a.path.size() > 100) return refuse("the path is empty or longer than 100 bytes");
    return a;
  }
  if (text.starts_with("tcp://")) {
    if (!take_authority(text.substr(6), a)) return refuse("host and port are not understood");
    return a;
  }
  if (text.starts_with("https://")) return refuse("only plain http is spoken");
  if (!text.starts_with("http://")) return refuse("the way to the meter is not known");
  a.kind = WallAddress::Kind::http;
  a.port = "80";
  std::string_view rest = text.substr(7);
  const std::size_t hash = rest.find('#');
  if (hash == std::string_view::npos || hash + 1 == rest.size()) return refuse("the metric is missing behind #");
  a.metric = rest.substr(hash + 1);
  rest = rest.substr(0, hash);
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  a.path = slash == rest.size() ? "/metrics" : std::string(rest.substr(slash));
  const auto is_odd = [](char c) { return c <= ' ' || c == 0x7f; };
  if (std::any_of(a.path.begin(), a.path.end(), is_odd)) return refuse("the path has spaces or control characters");
  if (!take_authority(rest.substr(0, slash), a)) return refuse("host and port are not understood");
  return a;
}

}  // namespace diffjoule::sensors
