// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/progress.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/units/text.h"

namespace diffjoule::sweep {
namespace {

// "1 h 5 min", "3 min 20 s", "12 s".
std::string rough_text(Duration duration) {
  constexpr std::int64_t minute = 60, hour = 3600;
  const auto seconds = static_cast<std::int64_t>(std::llround(std::max(0.0, duration.in(second))));
  if (seconds >= hour) return std::to_string(seconds / hour) + " h " + std::to_string(seconds % hour / minute) + " min";
  if (seconds >= minute) return std::to_string(seconds / minute) + " min " + std::to_string(seconds % minute) + " s";
  return std::to_string(seconds) + " s";
}

std::string bar(std::size_t done, std::size_t total) {
  constexpr std::size_t width = 20;
  const std::size_t filled = total == 0 ? width : std::min(width, width * done / total);
  return "[" + std::string(filled, '#') + std::string(width - filled, '-') + "]";
}

std::string count_text(const Standing& standing) {
  return std::to_string(standing.done) + "/" + std::to_string(std::max(standing.total, standing.done));
}

}  // namespace

std::string levels_text(const Configuration& configuration) {
  if (configuration.levels.empty()) return configuration.workload.model;
  std::string text;
  for (const auto& [axis, level] : configuration.levels) text += (text.empty() ? "" : ", ") + axis + " " + level;
  return text;
}

std::string progress_line(const Standing& standing, std::size_t columns) {
  std::string line = bar(standing.done, standing.total) + " " + count_text(standing);
  if (standing.left) line += ", " + rough_text(*standing.left) + " left";
  if (standing.energy) line += ", " + to_text(*standing.energy) + (standing.energy_assumed ? " assumed" : "");
  if (standing.failed > 0) line += ", " + std::to_string(standing.failed) + " failed";
  if (standing.current != nullptr) line += ", " + standing.doing + " " + levels_text(*standing.current);
  constexpr std::size_t dots = 3;
  if (line.size() <= columns) return line;
  return columns <= dots ? line.substr(0, columns) : line.substr(0, columns - dots) + "...";
}

std::string finished_line(const Standing& standing, const Trial& trial) {
  std::string line = count_text(standing) + " " + levels_text(trial.configuration) + ": ";
  if (!trial.failure.empty()) return line + (trial.out_of_memory ? "out of memory: " : "failed: ") + trial.failure;
  line += to_text(trial.elapsed);
  if (trial.energy) {
    line += ", " + to_text(trial.energy->value) + " +- " + to_text(2.0 * trial.energy->uncertainty) + " (k = 2)";
    if (trial.energy_assumed) line += ", assumed";
  }
  if (trial.scaled > 1.0) line += ", scaled from a part";
  return line;
}

}  // namespace diffjoule::sweep
