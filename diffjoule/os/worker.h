// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/os/clock.h"

// A program that lives beside us and is talked to line by line. It has a process group of its own, so that the
// terminal's Ctrl-C reaches us alone. It does not outlive us, even where we are killed: the kernel kills it when the
// thread that started it ends, so that thread must last.
namespace diffjoule::os {

class Worker {
 public:
  struct Program {
    std::vector<std::string> arguments;                              // the first is looked up in PATH
    std::vector<std::pair<std::string, std::string>> environment{};  // added to ours
    bool is_asked = true;                                            // else its standard input is empty
    bool errors_are_lines = false;                                   // standard error is read with standard output
    std::size_t longest_line = std::size_t{1} << 20;                 // bytes
  };
  // Not found: there is no such program. Unavailable: any other reason.
  [[nodiscard]] static Result<std::unique_ptr<Worker>> start(const Program& program);
  ~Worker();  // stop()
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  enum class Outcome {
    fine,
    cut,           // a line longer than the longest: its beginning
    ended,         // the program: nothing more comes
    late,          // nothing until then
    asked_to_end,  // one of INT, TERM, HUP, QUIT waits for us; it is not taken, whoever watches finds it
  };
  struct Heard {
    Outcome outcome = Outcome::fine;
    std::string line{};  // without its line feed
  };
  // The next line of standard output, waited for until that moment of the system's clock.
  [[nodiscard]] Heard hear(Instant until);
  // Writes a line. fine, ended, late or asked_to_end.
  [[nodiscard]] Outcome say(std::string_view line, Instant until);

  // How it ended.
  struct End {
    int exit_code = 0;            // as a shell has it: 128 + n by signal
    std::optional<int> signal{};  // that ended it, of somebody else than us
    // Killed by SIGKILL, or says that a child of its own was: for want of memory, as a rule.
    [[nodiscard]] bool perhaps_for_memory() const;
    [[nodiscard]] std::string words() const;  // "ended with code 3", "was ended by signal 11 (Segmentation fault)"
  };
  // Ends it, and what descends from it: its input ends; what still runs after `grace` is killed. Gives how it ended by
  // itself, nullopt where it was killed by us. Later calls give the same.
  std::optional<End> stop(Duration grace = 1.0 * second);

  // The last of what it wrote to standard error, 4 KiB at most, from the beginning of a line.
  [[nodiscard]] std::string complaints() const;
  [[nodiscard]] int pid() const { return child_; }

 private:
  Worker() = default;
  // Waits until the output, room for input (`writing`) or an end; takes what standard error has.
  Outcome wait_for(Instant until, bool writing);
  void take_output();
  void take_errors();
  [[nodiscard]] std::optional<Heard> line_in_store();
  void kill_all();

  pid_t child_ = -1;
  int input_ = -1, output_ = -1, errors_ = -1, ending_ = -1, signals_ = -1;
  std::size_t longest_line_ = 0;
  std::string store_;       // of output, not yet heard
  bool skipping_ = false;   // the rest of a line that was cut
  std::string complaints_;  // the end of standard error
  bool over_ = false;
  std::optional<End> end_;
};

}  // namespace diffjoule::os
