// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/http_page.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace diffjoule::sensors {
namespace {

struct Parts {
  std::string_view status, headers, body;
};

std::optional<Parts> parts_of(std::string_view answer) {
  const std::size_t status_end = answer.find("\r\n");
  const std::size_t end = answer.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  return Parts{answer.substr(0, status_end), answer.substr(status_end, end + 2 - status_end), answer.substr(end + 4)};
}

std::optional<std::size_t> content_length(std::string_view headers) {
  std::string lower(headers);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  constexpr std::string_view key = "\r\ncontent-length:";
  std::size_t at = lower.find(key);
  if (at == std::string::npos) return std::nullopt;
  at = std::min(lower.find_first_not_of(" \t", at + key.size()), lower.size());
  std::size_t length = 0;
  const auto [end, error] = std::from_chars(lower.data() + at, lower.data() + lower.size(), length);
  if (error != std::errc{} || end == lower.data() + at) return std::nullopt;
  return length;
}

}  // namespace

std::string http_request(const WallAddress& address) {
  const bool is_v6 = address.host.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + address.host + "]" : address.host;
  return "GET " + address.path + " HTTP/1.0\r\nHost: " + host + ":" + address.port +
         "\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
}

bool http_is_whole(std::string_view answer) {
  const auto parts = parts_of(answer);
  if (!parts) return false;
  const auto length = content_length(parts->headers);
  return length && parts->body.size() >= *length;
}

Result<std::string_view> http_page(std::string_view answer) {
  const auto parts = parts_of(answer);
  if (!parts || !parts->status.starts_with("HTTP/1."))
    return fail(ErrorCode::invalid_data, "what answers does not speak HTTP");
  const std::string_view status = parts->status.substr(std::min(parts->status.find(' '), parts->status.size()));
  if (!status.starts_with(" 200")) return fail(ErrorCode::unavailable, "the answer is" + std::string(status));
  const auto length = content_length(parts->headers);
  if (length && parts->body.size() < *length) return fail(ErrorCode::invalid_data, "the answer was cut off");
  return length ? parts->body.substr(0, *length) : parts->body;
}

}  // namespace diffjoule::sensors
