// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/os/signals.h"

// A command run as a shell runs it in the foreground: in our process group, on our streams, with our signals.
namespace diffjoule::os {

enum class Stream { out, err };

struct Command {
  std::vector<std::string> arguments;                              // the first is looked up in PATH
  std::vector<std::pair<std::string, std::string>> environment{};  // added to ours
  // Sees each line of standard output and error, which then go through us; absent: they stay as they are.
  std::function<void(Stream stream, std::string_view line)> see_line{};
};

// Something else to listen to while the command runs; heard once more at its end, so it must not wait.
struct Source {
  int descriptor;
  std::function<void()> readable;
};

struct OtherProcess {
  int pid = 0;
  std::string name;  // as the kernel has it: 15 characters
};

struct Ended {
  int exit_code = 0;               // as a shell has it: 128 + n by signal, 127 not found, 126 not to be executed
  std::optional<int> signal{};     // that ended it
  std::optional<int> asked{};      // the signal by which somebody asked us for an end meanwhile
  std::string not_started{};       // why, where it was not
  Instant begin{}, end{};          // of the command; what it left running is not waited for
  std::vector<OtherProcess> left;  // its descendants that outlive it
  bool stream_held = false;        // one of them still has a watched stream, which ends with us
  int stops = 0;                   // times it was suspended and continued
};

// Starts the command and waits for it. Signals that reach us alone are passed on; those of the terminal reach it
// without us. An error is ours, not the command's. From one thread, with one command at a time.
[[nodiscard]] Result<Ended> run_command(const Command& command, SignalWatch& signals, const Clock& clock,
                                        const std::vector<Source>& sources = {});

// Those of them that still run.
[[nodiscard]] std::vector<OtherProcess> still_running(const std::vector<OtherProcess>& left);

}  // namespace diffjoule::os
