// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/taken.h"

#include <charconv>
#include <chrono>
#include <cmath>

#include "diffjoule/io/csv.h"

namespace diffjoule::store {
namespace {

const double rectangular = 1.0 / std::sqrt(3.0);

// Digits only, all of them.
std::optional<int> digits(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool all = error == std::errc{} && end == text.data() + text.size() && value >= 0 && text.front() != '-';
  return all ? std::optional<int>(value) : std::nullopt;
}

std::optional<std::chrono::sys_days> day_from(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const bool year_first = text[4] == '-' || text[4] == '/';
  const char between = year_first ? text[4] : text[2];
  if ((between != '-' && between != '/') || text[year_first ? 7 : 5] != between) return std::nullopt;
  const auto year = digits(year_first ? text.substr(0, 4) : text.substr(6, 4));
  const auto month = digits(year_first ? text.substr(5, 2) : text.substr(0, 2));
  const auto day = digits(year_first ? text.substr(8, 2) : text.substr(3, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  return date.ok() ? std::optional(std::chrono::sys_days(date)) : std::nullopt;
}

// "+01:00" or "+0100" in seconds east of Greenwich.
std::optional<double> zone_from(std::string_view text) {
  if (text.empty() || text == "Z" || text == " UTC") return 0.0;
  if (text.front() != '+' && text.front() != '-') return std::nullopt;
  std::string plain;
  for (const char c : text.substr(1)) {
    if (c != ':') plain += c;
  }
  const auto hours = plain.size() == 4 ? digits(std::string_view(plain).substr(0, 2)) : std::nullopt;
  const auto minutes = plain.size() == 4 ? digits(std::string_view(plain).substr(2, 2)) : std::nullopt;
  if (!hours || !minutes) return std::nullopt;
  return (text.front() == '-' ? -1.0 : 1.0) * (*hours * 3600.0 + *minutes * 60.0);
}

}  // namespace

std::string import_id(std::string_view format, std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  std::string text = std::string(format) + "-";
  for (int shift = 60; shift >= 0; shift -= 4) text += "0123456789abcdef"[hash >> shift & 0xfU];
  return text;
}

Record record_of(std::string_view format, std::string_view bytes) {
  Record r;
  r.measurement.id = import_id(format, bytes);
  r.measurement.program = std::string(format);
  r.measurement.whole.name = "run";
  return r;
}

sensors::DeviceInfo device_of(std::string_view format, std::string id, std::string name) {
  sensors::DeviceInfo d;
  d.driver = std::string(format);
  d.id = std::move(id);
  d.name = std::move(name);
  return d;
}

measure::PartEnergy read_part(const sensors::DeviceInfo& device, sensors::Part part, Energy energy, double accuracy) {
  measure::PartEnergy p;
  p.device = device.id;
  p.part = part;
  p.energy = Estimate<Energy>{energy, std::abs(energy.in(joule)) * accuracy * rectangular * joule};
  p.counter = p.energy;
  return p;
}

measure::PartEnergy modelled_part(const sensors::DeviceInfo& device, sensors::Part part, Energy energy,
                                  std::string words, std::string advice) {
  measure::PartEnergy p = read_part(device, part, energy, 1.0);
  p.counter.reset();
  p.instrument = measure::Instrument::model;
  p.verdict.push_back({measure::DoubtKind::assumed, std::move(words), std::move(advice)});
  return p;
}

measure::PartEnergy missing_part(const sensors::DeviceInfo& device, sensors::Part part, std::string why) {
  measure::PartEnergy p;
  p.device = device.id;
  p.part = part;
  p.missing = std::move(why);
  return p;
}

void set_mean_power(measure::PartEnergy& part, Duration elapsed) {
  if (part.energy && elapsed > Duration()) part.mean_power = part.energy->value / elapsed;
}

std::optional<Duration> time_from(std::string_view text) {
  text = trimmed(text);
  if (text.size() < 19 || (text[10] != 'T' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto day = day_from(text.substr(0, 10));
  const auto hour = digits(text.substr(11, 2)), minute = digits(text.substr(14, 2));
  std::size_t end = 17;
  while (end < text.size() && ((text[end] >= '0' && text[end] <= '9') || text[end] == '.')) ++end;
  const auto seconds = io::csv_number(text.substr(17, end - 17));
  const auto zone = zone_from(text.substr(end));
  if (!day || !hour || !minute || !seconds || !zone || *hour > 23 || *minute > 59 || *seconds >= 61.0)
    return std::nullopt;
  const double days = static_cast<double>(day->time_since_epoch().count());
  return (days * 86400.0 + *hour * 3600.0 + *minute * 60.0 + *seconds - *zone) * second;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return lower;
}

}  // namespace diffjoule::store
