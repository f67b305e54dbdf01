// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>

#include "diffjoule/os/exec_words.h"
#include "diffjoule/os/tee.h"

namespace diffjoule::os {
namespace {

tl::unexpected<Error> system_error(const std::string& doing) {
  return fail(ErrorCode::unavailable, doing + ": " + std::strerror(errno));
}

struct Pipe {
  int read = -1, write = -1;
  [[nodiscard]] bool make() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
};

// The state letter and the name of a process, "" where it is gone. stat is "pid (name) state ...".
struct Stat {
  char state = '\0';
  std::string name;
  int parent = 0;
};
Stat stat_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t open = line.find('('), close = line.rfind(')');
  if (open == std::string::npos || close == std::string::npos || close + 2 >= line.size()) return {};
  int parent = 0;
  std::istringstream(line.substr(close + 3)) >> parent;
  return {line[close + 2], line.substr(open + 1, close - open - 1), parent};
}

std::set<int> own_children() {
  std::set<int> all;
  std::error_code error;
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream file(thread.path() / "children");
    for (int pid = 0; file >> pid;) all.insert(pid);
  }
  return all;
}

// While one lives, orphans of our descendants become our children: so they can be named and are reaped.
class Adoption {
 public:
  Adoption() : before_(own_children()) {
    prctl(PR_GET_CHILD_SUBREAPER, &was_);
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  ~Adoption() { prctl(PR_SET_CHILD_SUBREAPER, was_); }
  Adoption(const Adoption&) = delete;
  Adoption& operator=(const Adoption&) = delete;

  void reap(int pid) const {
    if (before_.count(pid) == 0) waitpid(pid, nullptr, WNOHANG);
  }
  [[nodiscard]] std::vector<OtherProcess> living() const {
    std::vector<OtherProcess> all;
    for (const int pid : own_children()) {
      if (before_.count(pid) == 0) all.push_back({pid, stat_of(pid).name});
    }
    return still_running(all);
  }

 private:
  int was_ = 0;
  std::set<int> before_;
};

class Runner {
 public:
  Runner(const Command& command, SignalWatch& signals, const Clock& clock, const std::vector<Source>& sources)
      : command_(command), signals_(signals), clock_(clock), sources_(sources) {}

  Result<Ended> run();

 private:
  Status start();
  [[noreturn]] void become(std::vector<char*>& arguments, std::vector<char*>& environment, int report) const;
  void listen();
  void take(const Signal& signal);
  void take_child();
  void end(int code);

  const Command& command_;
  SignalWatch& signals_;
  const Clock& clock_;
  const std::vector<Source>& sources_;
  Adoption adoption_;
  std::array<Pipe, 2> pipes_;
  std::vector<std::unique_ptr<Tee>> tees_;
  pid_t child_ = -1;
  bool running_ = false;
  Ended ended_;
};

void Runner::become(std::vector<char*>& arguments, std::vector<char*>& environment, int report) const {
  signals_.undo_in_child();
  if (pipes_[0].write >= 0 && (dup2(pipes_[0].write, STDOUT_FILENO) < 0 || dup2(pipes_[1].write, STDERR_FILENO) < 0))
    _exit(126);
  execvpe(arguments.front(), arguments.data(), environment.data());
  const int why = errno;
  [[maybe_unused]] const ssize_t told = write(report, &why, sizeof why);
  _exit(127);
}

Status Runner::start() {
  std::vector<std::string> argument_texts = command_.arguments;
  std::vector<std::string> environment_texts = environment_with(command_.environment);
  std::vector<char*> arguments = exec_words(argument_texts), environment = exec_words(environment_texts);
  Pipe report;
  if (!report.make()) return system_error("making a pipe");
  if (command_.see_line && !(pipes_[0].make() && pipes_[1].make())) return system_error("making a pipe");
  ended_.begin = clock_.now();
  child_ = fork();
  if (child_ == 0) become(arguments, environment, report.write);
  const int fork_error = errno;
  close(report.write);
  if (command_.see_line) {
    for (const Stream stream : {Stream::out, Stream::err}) {
      const Pipe& pipe = pipes_[stream == Stream::out ? 0 : 1];
      close(pipe.write);
      tees_.push_back(
          std::make_unique<Tee>(pipe.read, stream == Stream::out ? STDOUT_FILENO : STDERR_FILENO,
                                [this, stream](std::string_view line) { command_.see_line(stream, line); }));
    }
  }
  int why = 0;
  ssize_t count = 0;
  do {
    count = read(report.read, &why, sizeof why);
  } while (count < 0 && errno == EINTR);
  close(report.read);
  if (child_ < 0) {
    errno = fork_error;
    return system_error("starting a process");
  }
  running_ = true;
  if (count == static_cast<ssize_t>(sizeof why)) {
    waitpid(child_, nullptr, 0);
    ended_.not_started = std::strerror(why);
    end(why == ENOENT || why == ENOTDIR ? 127 : 126);
  }
  return {};
}

void Runner::end(int code) {
  ended_.exit_code = code;
  ended_.end = clock_.now();
  running_ = false;
}

void Runner::take_child() {
  int status = 0;
  while (running_ && waitpid(child_, &status, WNOHANG | WUNTRACED) == child_) {
    if (WIFEXITED(status)) {
      end(WEXITSTATUS(status));
    } else if (WIFSIGNALED(status)) {
      ended_.signal = WTERMSIG(status);
      end(128 + WTERMSIG(status));
    } else if (WIFSTOPPED(status) && WSTOPSIG(status) == SIGTSTP) {
      // Whoever waits for us shall see a stopped job, as if the command had been started without us.
      ++ended_.stops;
      SignalWatch::suspend();
    }
  }
}

void Runner::take(const Signal& signal) {
  if (signal.number == SIGCHLD) {
    if (signal.sender != child_) adoption_.reap(signal.sender);
    take_child();  // one signal may stand for several children
    return;
  }
  if (!running_) return;
  if (asks_for_an_end(signal.number)) ended_.asked = signal.number;
  const bool passed_on = !signal.from_kernel && signal.sender != child_;
  if (signal.number == SIGCONT) {
    if (stat_of(child_).state == 'T') kill(child_, SIGCONT);
  } else if (passed_on) {
    kill(child_, signal.number);
  }
  if (signal.number == SIGTSTP && signal.from_kernel) {
    ++ended_.stops;
    SignalWatch::suspend();
  }
}

void Runner::listen() {
  std::vector<pollfd> polled{{signals_.descriptor(), POLLIN, 0}};
  std::vector<std::function<void()>> actions{[this] {
    while (const auto signal = signals_.next()) take(*signal);
  }};
  for (const Source& source : sources_) {
    polled.push_back({source.descriptor, POLLIN, 0});
    actions.push_back(source.readable);
  }
  for (const auto& owned : tees_) {
    Tee* tee = owned.get();
    if (tee->wants_to_read()) {
      polled.push_back({tee->from(), POLLIN, 0});
      actions.emplace_back([tee] { tee->read_some(); });
    }
    if (tee->wants_to_write()) {
      polled.push_back({tee->to(), POLLOUT, 0});
      actions.emplace_back([tee] { tee->write_some(); });
    }
  }
  if (poll(polled.data(), polled.size(), -1) <= 0) return;
  // The streams and the sources first: what was said before the end counts.
  for (std::size_t i = polled.size(); i-- > 0;) {
    if (polled[i].revents != 0) actions[i]();
  }
}

Result<Ended> Runner::run() {
  if (auto started = start(); !started) return forward(started);
  while (running_) listen();
  for (const auto& tee : tees_) {
    tee->finish();
    ended_.stream_held = ended_.stream_held || tee->open();
  }
  for (const Source& source : sources_) source.readable();
  ended_.left = adoption_.living();
  return ended_;
}

}  // namespace

Result<Ended> run_command(const Command& command, SignalWatch& signals, const Clock& clock,
                          const std::vector<Source>& sources) {
  if (command.arguments.empty()) return fail(ErrorCode::invalid_argument, "no command was given");
  return Runner(command, signals, clock, sources).run();
}

bool descends_from(int pid, const std::vector<int>& ancestors) {
  constexpr int deepest = 1000;  // a chain that changes while it is followed has an end, too
  for (int depth = 0; pid > 0 && depth < deepest; ++depth) {
    if (std::find(ancestors.begin(), ancestors.end(), pid) != ancestors.end()) return true;
    pid = stat_of(pid).parent;
  }
  return false;
}

std::vector<OtherProcess> still_running(const std::vector<OtherProcess>& left) {
  std::vector<OtherProcess> all;
  for (const OtherProcess& process : left) {
    const char state = stat_of(process.pid).state;
    if (state == 'Z') waitpid(process.pid, nullptr, WNOHANG);
    if (state != '\0' && state != 'Z' && state != 'X') all.push_back(process);
  }
  return all;
}

}  // namespace diffjoule::os
