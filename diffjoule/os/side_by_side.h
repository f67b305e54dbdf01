// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/os/signals.h"

// Several commands at a time, each on a seat: the next one begins there when the one before has ended. All are in our
// process group; signals that reach us alone are passed on to all of them, those of the terminal reach them without us.
// They are asked for an end (SIGTERM) where we die. Standard output stays ours alone.
namespace diffjoule::os {

struct SeatedCommand {
  std::vector<std::string> arguments;  // the first is looked up in PATH
  std::string output = {};             // a file its output and errors are appended to; empty: our standard error
};

struct Seats {
  std::size_t count = 1;
  // What a free seat begins next; nullopt: nothing more. Not asked once somebody wants an end.
  std::function<std::optional<SeatedCommand>(std::size_t seat)> next;
  // A command has ended, with a code as a shell has it: 128 + n by signal, 127 not to be started.
  std::function<void(std::size_t seat, int code)> ended;
};

// Until all seats are empty. Gives the signal by which somebody asked for an end. An error is ours; what runs by then
// is asked for an end and waited for. From one thread, before others.
[[nodiscard]] Result<std::optional<int>> run_side_by_side(const Seats& seats, SignalWatch& signals);

}  // namespace diffjoule::os
