// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "diffjoule/sweep/trial.h"
#include "diffjoule/units/units.h"

// How far a sweep has come, in words for a person who waits. Pure text: whoever prints it knows the terminal.
namespace diffjoule::sweep {

struct Standing {
  std::size_t done = 0, total = 0;  // runs
  std::size_t failed = 0;           // of them
  Duration elapsed;                 // of this session
  std::optional<Duration> left;     // absent: nothing has run yet
  std::optional<Energy> energy;     // so far, all sessions together; absent: no sensor
  bool energy_assumed = false;
  const Configuration* current = nullptr;  // that is being run
  std::string doing = {};                  // "warming up", "cooling down", "running"
};

// "resolution 512px, steps 20"; of a configuration without axes its model.
[[nodiscard]] std::string levels_text(const Configuration& configuration);

// One line of at most `columns`:
// [##########----------] 20/40, 1 min 3 s left, 1.2 kJ, running resolution 512px, steps 20
[[nodiscard]] std::string progress_line(const Standing& standing, std::size_t columns);

// One line of a finished trial, for a log: "3/40 resolution 512px, steps 20: 1.03 s, 310 J +- 4 J (k = 2)".
[[nodiscard]] std::string finished_line(const Standing& standing, const Trial& trial);

}  // namespace diffjoule::sweep
