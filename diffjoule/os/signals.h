// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>
#include <memory>
#include <optional>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/units/units.h"

// Signals as things to read, for a program that stands between a terminal and a child.
namespace diffjoule::os {

struct Signal {
  int number = 0;
  bool from_kernel = false;  // of the terminal (Ctrl-C, hang-up): its whole foreground group has got it already
  int sender = 0;            // process, where it is from one; of SIGCHLD: the child
};

// While one lives, SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT and SIGCHLD wait here instead
// of acting; those that were ignored stay ignored. Begin it before the first thread, so that no other thread takes
// them.
class SignalWatch {
 public:
  [[nodiscard]] static Result<std::unique_ptr<SignalWatch>> begin();
  ~SignalWatch();  // what was not read is dropped: it was meant for what has ended
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }  // readable when there is one
  [[nodiscard]] std::optional<Signal> next();                   // never waits

  // Waits so long, or until `other` (a descriptor; -1: none) is readable. Gives the signal by which somebody asked for
  // an end meanwhile, which ends the wait.
  [[nodiscard]] std::optional<int> wait(Duration at_most, int other = -1);

  // In a child between fork and exec: as it was before the watch.
  void undo_in_child() const;

  // Stops this process as Ctrl-Z does (not where nobody could continue it); returns when it was continued.
  static void suspend();

 private:
  SignalWatch() = default;
  int descriptor_ = -1;
  sigset_t before_{};
  bool children_ignored_ = false;
};

// Asks that a write to a closed pipe be an error of the write; children are still started as this process was.
void ignore_broken_pipes();

// INT, TERM, HUP, QUIT: somebody wants an end.
[[nodiscard]] bool asks_for_an_end(int signal);

}  // namespace diffjoule::os
