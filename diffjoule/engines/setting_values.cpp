// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/setting_values.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace diffjoule::engines {

Result<std::int64_t> whole_setting(const std::string& name, const std::string& text, std::int64_t least,
                                   std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < least || number > most)
    return fail(ErrorCode::invalid_argument, name + ": found \"" + text + "\", a whole number from " +
                                                 std::to_string(least) + " to " + std::to_string(most) + " is meant");
  return number;
}

Result<std::int64_t> bytes_setting(const std::string& name, const std::string& text) {
  static constexpr std::pair<std::string_view, double> units[]{
      {"", 1.0},       {"B", 1.0},   {"kB", 1e3},     {"MB", 1e6},     {"GB", 1e9},
      {"KiB", 0x1p10}, {"TB", 1e12}, {"MiB", 0x1p20}, {"GiB", 0x1p30}, {"TiB", 0x1p40}};
  double number = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error == std::errc()) {
    std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
    if (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
    constexpr double most = 0x1p60;
    for (const auto& [known, size] : units) {
      if (unit == known && number * size >= 1.0 && number * size <= most) return std::llround(number * size);
    }
  }
  return fail(ErrorCode::invalid_argument,
              name + ": found \"" + text + "\", bytes such as 2000000, 512MiB or 4GiB are meant");
}

}  // namespace diffjoule::engines
