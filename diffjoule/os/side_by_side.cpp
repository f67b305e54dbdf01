// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/side_by_side.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace diffjoule::os {
namespace {

[[noreturn]] void become(std::vector<char*>& arguments, int output, pid_t parent, const SignalWatch& signals) {
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(128 + SIGTERM);  // it died before that
  signals.undo_in_child();
  if (output >= 0 && dup2(output, STDERR_FILENO) < 0) _exit(126);
  if (dup2(STDERR_FILENO, STDOUT_FILENO) < 0) _exit(126);
  execvp(arguments.front(), arguments.data());
  _exit(127);
}

class Table {
 public:
  Table(const Seats& seats, SignalWatch& signals) : seats_(seats), signals_(signals), children_(seats.count, 0) {}
  Result<std::optional<int>> run();

 private:
  Status fill(std::size_t seat);
  void take(const Signal& signal);
  void reap();
  void pass_on(int signal) const;
  [[nodiscard]] bool occupied() const {
    return std::any_of(children_.begin(), children_.end(), [](pid_t child) { return child > 0; });
  }

  const Seats& seats_;
  SignalWatch& signals_;
  std::vector<pid_t> children_;    // by seat; 0: free
  std::vector<std::size_t> free_;  // to be filled
  std::optional<int> asked_;
};

Status Table::fill(std::size_t seat) {
  auto command = seats_.next(seat);
  if (!command) return {};
  if (command->arguments.empty()) return fail(ErrorCode::invalid_argument, "no command was given");
  int output = -1;
  if (!command->output.empty()) {
    constexpr mode_t readable = 0644;
    output = open(command->output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, readable);
    if (output < 0) return fail(ErrorCode::unavailable, "writing to " + command->output + ": " + std::strerror(errno));
  }
  std::vector<char*> arguments;
  for (std::string& word : command->arguments) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const pid_t parent = getpid(), child = fork();
  if (child == 0) become(arguments, output, parent, signals_);
  const int why = errno;
  if (output >= 0) close(output);
  if (child < 0) return fail(ErrorCode::unavailable, std::string("starting a process: ") + std::strerror(why));
  children_[seat] = child;
  return {};
}

void Table::pass_on(int signal) const {
  for (const pid_t child : children_) {
    if (child > 0) kill(child, signal);
  }
}

void Table::reap() {
  for (std::size_t seat = 0; seat < children_.size(); ++seat) {
    int status = 0;
    if (children_[seat] <= 0 || waitpid(children_[seat], &status, WNOHANG) != children_[seat]) continue;
    children_[seat] = 0;
    free_.push_back(seat);
    seats_.ended(seat, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
  }
}

void Table::take(const Signal& signal) {
  if (signal.number == SIGCHLD) return reap();
  if (asks_for_an_end(signal.number)) asked_ = signal.number;
  const bool of_a_child = std::find(children_.begin(), children_.end(), signal.sender) != children_.end();
  if (!signal.from_kernel && !of_a_child) pass_on(signal.number);
  if (signal.number == SIGTSTP) SignalWatch::suspend();
}

Result<std::optional<int>> Table::run() {
  Status begun;
  for (std::size_t seat = 0; seat < children_.size(); ++seat) free_.push_back(seat);
  do {
    for (const std::size_t seat : std::exchange(free_, {})) {
      if (!begun || asked_) break;
      begun = fill(seat);
      if (!begun) pass_on(SIGTERM);
    }
    if (!occupied()) break;
    pollfd polled{signals_.descriptor(), POLLIN, 0};
    poll(&polled, 1, -1);
    while (const auto signal = signals_.next()) take(*signal);
  } while (occupied() || !free_.empty());
  if (!begun) return forward(begun);
  return asked_;
}

}  // namespace

Result<std::optional<int>> run_side_by_side(const Seats& seats, SignalWatch& signals) {
  return Table(seats, signals).run();
}

}  // namespace diffjoule::os
