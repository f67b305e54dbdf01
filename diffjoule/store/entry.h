// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/units/estimate.h"
#include "diffjoule/units/units.h"

// What a store can be searched by: the columns beside a measurement's document.
namespace diffjoule::store {

struct EntryPhase {
  std::string name;
  std::int64_t count = 1;
  std::optional<Duration> elapsed;
  std::optional<Energy> energy;
};

struct Entry {
  std::string id;                    // of its own in every store
  std::string source = "diffjoule";  // or the format it was imported from
  std::string host;
  std::string command;  // as one line
  std::string program;
  Duration started;  // wall clock, since 1970 UTC
  std::optional<Duration> elapsed;
  std::optional<Estimate<Energy>> energy;  // of all counted parts
  std::string boundary;                    // what the energy includes; empty: the parts' own
  std::int64_t doubts = 0;                 // in its verdict
  std::vector<EntryPhase> phases = {};
};

enum class State {
  running,
  ended,
  cut_off,  // its writer is gone and never said that it ended
};
[[nodiscard]] constexpr const char* name(State state) {
  return state == State::running ? "running" : (state == State::ended ? "ended" : "cut off");
}

}  // namespace diffjoule::store
