// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/measurement_entry.h"

#include <unistd.h>

#include <algorithm>
#include <array>

#include "diffjoule/os/clock.h"

namespace diffjoule::api {
namespace {

// A word that no shell takes apart.
bool is_plain(const std::string& word) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  return !word.empty() && word.find_first_not_of(plain) == std::string::npos;
}

std::int64_t doubts_in(const measure::Measurement& m) {
  std::size_t count = m.verdict.size();
  for (const measure::PartEnergy& part : m.whole.parts) count += part.counted ? part.verdict.size() : 0;
  for (const measure::Phase& phase : m.phases) {
    for (const measure::PartEnergy& part : phase.parts) count += part.counted ? part.verdict.size() : 0;
  }
  return static_cast<std::int64_t>(count);
}

}  // namespace

std::string command_line(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& word : arguments) {
    line += line.empty() ? "" : " ";
    if (is_plain(word)) {
      line += word;
      continue;
    }
    line += '\'';
    for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
    line += '\'';
  }
  return line;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

std::string measurement_id(Duration since_epoch, const std::string& host, int process) {
  std::string time;  // "2026-11-28T19:33:05.123Z" without its punctuation and fraction
  for (const char c : os::utc_text(since_epoch)) {
    if (c == '.') break;
    if (c != '-' && c != ':') time += c;
  }
  return time + "Z-" + host + "-" + std::to_string(process);
}

store::Entry entry_of(const measure::Measurement& m) {
  store::Entry entry;
  entry.id = m.id;
  entry.host = m.host;
  entry.command = command_line(m.command);
  entry.program = m.program;
  entry.started = m.started;
  entry.elapsed = m.whole.elapsed;
  entry.energy = measure::totals(m.whole).all;
  entry.doubts = doubts_in(m);
  for (const measure::Phase& phase : m.phases) {
    const auto sum = measure::totals(phase).all;
    entry.phases.push_back({phase.name, static_cast<std::int64_t>(phase.count), phase.elapsed,
                            sum ? std::optional<Energy>(sum->value) : std::nullopt});
  }
  return entry;
}

}  // namespace diffjoule::api
