// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/duration.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace diffjoule::api {
namespace {

// The number at the beginning, and what follows it.
std::optional<std::pair<double, std::string_view>> number_and_rest(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || !std::isfinite(value)) return std::nullopt;
  return std::pair(value, text.substr(static_cast<std::size_t>(end - text.data())));
}

}  // namespace

Result<Duration> duration_from(std::string_view text) {
  if (const auto read = number_and_rest(text); read && read->first >= 0.0) {
    for (const auto& [unit, length] : {std::pair("", second),
                                       {"s", second},
                                       {"ms", 1e-3 * second},
                                       {"m", 60.0 * second},
                                       {"min", 60.0 * second},
                                       {"h", 3600.0 * second}}) {
      if (read->second == unit) return read->first * length;
    }
  }
  return fail(ErrorCode::invalid_argument,
              "found \"" + std::string(text) + "\", expected a time such as 10s, 500ms or 2m");
}

Result<double> share_from(std::string_view text) {
  if (const auto read = number_and_rest(text); read && (read->second.empty() || read->second == "%")) {
    const double share = read->second.empty() ? read->first : read->first / 100.0;
    if (share > 0.0 && share < 1.0) return share;
  }
  return fail(ErrorCode::invalid_argument, "found \"" + std::string(text) + "\", expected a share such as 1%");
}

Result<std::optional<Duration>> duration_of(const Request& request, const std::string& field) {
  const auto text = request.text(field);
  if (!text) return std::optional<Duration>();
  auto duration = duration_from(*text);
  if (!duration) return forward(duration, "--" + field);
  return std::optional<Duration>(*duration);
}

}  // namespace diffjoule::api
