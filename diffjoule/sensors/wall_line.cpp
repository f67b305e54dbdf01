// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/wall_line.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace diffjoule::sensors {
namespace {

std::optional<double> number_of(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

void take(std::string_view key, double value, WallWords& words) {
  if (key == "power_w" || key == "w" || key == "watts") words.power = value * watt;
  if (key == "energy_j") words.energy = value * joule;
  if (key == "energy_wh") words.energy = value * watt_hour;
  if (key == "energy_kwh") words.energy = value * kilowatt_hour;
}

}  // namespace

WallWords parse_wall_line(std::string_view line) {
  WallWords words;
  constexpr std::string_view between = " \t\r,;";
  std::size_t count = 0;
  while (true) {
    const std::size_t begin = line.find_first_not_of(between);
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const std::string_view word = line.substr(0, std::min(line.find_first_of(between), line.size()));
    line.remove_prefix(word.size());
    if (count == 0 && word.starts_with('#')) return {};
    const std::size_t equals = word.find('=');
    if (equals != std::string_view::npos) {
      if (const auto value = number_of(word.substr(equals + 1))) take(word.substr(0, equals), *value, words);
    } else if (const auto watts = number_of(word); watts && count == 0) {
      words.power = *watts * watt;
    } else if (watts) {
      return {};  // two bare numbers: who knows which is which
    }
    ++count;
  }
}

}  // namespace diffjoule::sensors
