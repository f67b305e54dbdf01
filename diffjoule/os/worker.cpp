// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "diffjoule/os/exec_words.h"

namespace diffjoule::os {
namespace {

constexpr std::size_t most_complaints = 4096;
constexpr std::array ends{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

void close_one(int& descriptor) {
  if (descriptor >= 0) close(descriptor);
  descriptor = -1;
}

// Two ends of a stream, closed with it unless taken out.
struct Ends {
  std::array<int, 2> at{-1, -1};
  Ends() = default;
  Ends(const Ends&) = delete;
  Ends& operator=(const Ends&) = delete;
  ~Ends() {
    for (int& end : at) close_one(end);
  }
  int take(std::size_t which) { return std::exchange(at[which], -1); }
};

// What descends from a process by parentage; it may have left the process group.
std::vector<int> descendants(int pid) {
  std::vector<int> all{pid};
  constexpr std::size_t most = 10000;
  for (std::size_t i = 0; i < all.size() && all.size() < most; ++i) {
    std::error_code error;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(all[i]) + "/task", error)) {
      std::ifstream file(thread.path() / "children");
      for (int child = 0; file >> child;) all.push_back(child);
    }
  }
  all.erase(all.begin());
  return all;
}

struct Streams {
  int input, output, errors, report;
};

[[noreturn]] void become(char* const* arguments, char* const* environment, const Streams& streams, pid_t parent) {
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(126);  // it died before it could be heard of
  // Whoever watches for signals (os/signals.h) has blocked them in us; the worker has a clean slate.
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
  std::signal(SIGCHLD, SIG_DFL);
  if (dup2(streams.input, STDIN_FILENO) >= 0 && dup2(streams.output, STDOUT_FILENO) >= 0 &&
      dup2(streams.errors, STDERR_FILENO) >= 0)
    execvpe(arguments[0], arguments, environment);
  const int why = errno;
  [[maybe_unused]] const ssize_t told = write(streams.report, &why, sizeof why);
  _exit(127);
}

// What kept it from being executed; 0: nothing.
int refusal_in(int report) {
  int why = 0;
  ssize_t count = 0;
  do {
    count = read(report, &why, sizeof why);
  } while (count < 0 && errno == EINTR);
  return count == static_cast<ssize_t>(sizeof why) ? why : 0;
}

int milliseconds_until(Instant until) {
  const double left = (until - SystemClock().now()).in(second);
  return static_cast<int>(std::clamp(left * 1e3 + 1.0, 0.0, 1e9));
}

int waiting_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : ends) sigaddset(&set, signal);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

}  // namespace

bool Worker::End::perhaps_for_memory() const { return signal == SIGKILL || exit_code == 128 + SIGKILL; }

std::string Worker::End::words() const {
  if (!signal) return "ended with code " + std::to_string(exit_code);
  const char* name = sigdescr_np(*signal);
  const std::string text = "was ended by signal " + std::to_string(*signal);
  return name == nullptr ? text : text + " (" + name + ")";
}

Result<std::unique_ptr<Worker>> Worker::start(const Program& program) {
  if (program.arguments.empty()) return fail(ErrorCode::invalid_argument, "no program was given");
  const std::string& name = program.arguments.front();
  const auto failed = [&name](int why) {
    return fail(why == ENOENT || why == ENOTDIR ? ErrorCode::not_found : ErrorCode::unavailable,
                "starting \"" + name + "\": " + std::strerror(why));
  };
  std::vector<std::string> argument_texts = program.arguments,
                           environment_texts = environment_with(program.environment);
  const std::vector<char*> arguments = exec_words(argument_texts), environment = exec_words(environment_texts);
  Ends input, output, errors, report;
  // A socket can be written to without SIGPIPE.
  const bool asked = program.is_asked ? socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, input.at.data()) == 0
                                      : (input.at[0] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;
  if (!asked || pipe2(output.at.data(), O_CLOEXEC) != 0 || pipe2(errors.at.data(), O_CLOEXEC) != 0 ||
      pipe2(report.at.data(), O_CLOEXEC) != 0)
    return failed(errno);
  const Streams streams{input.at[0], output.at[1], program.errors_are_lines ? output.at[1] : errors.at[1],
                        report.at[1]};
  auto worker = std::unique_ptr<Worker>(new Worker());
  const pid_t self = getpid(), child = fork();
  if (child == 0) become(arguments.data(), environment.data(), streams, self);
  if (child < 0) return failed(errno);
  close_one(report.at[1]);
  if (const int why = refusal_in(report.at[0]); why != 0) {
    waitpid(child, nullptr, 0);
    return failed(why);
  }
  worker->child_ = child;
  worker->input_ = input.take(1);
  worker->output_ = output.take(0);
  worker->errors_ = errors.take(0);
  for (const int own : {worker->input_, worker->output_, worker->errors_}) {
    if (own >= 0) fcntl(own, F_SETFL, O_NONBLOCK);
  }
  worker->ending_ = static_cast<int>(syscall(SYS_pidfd_open, child, 0));  // -1 on old kernels: the streams' end tells
  worker->signals_ = waiting_signals();
  worker->longest_line_ = program.longest_line;
  return worker;
}

Worker::~Worker() {
  stop();
  for (int* own : {&input_, &output_, &errors_, &ending_, &signals_}) close_one(*own);
}

void Worker::take_errors() {
  std::array<char, 4096> buffer{};
  while (errors_ >= 0) {
    const ssize_t got = read(errors_, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return close_one(errors_);
    complaints_.append(buffer.data(), static_cast<std::size_t>(got));
    // One more than is told, so that complaints() knows that its first line was cut.
    if (complaints_.size() > 2 * most_complaints) complaints_.erase(0, complaints_.size() - most_complaints - 1);
  }
}

void Worker::take_output() {
  std::array<char, 65536> buffer{};
  ssize_t got = 0;
  do {
    got = read(output_, buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0 && errno == EAGAIN) return;
  if (got <= 0) return close_one(output_);
  std::string_view text(buffer.data(), static_cast<std::size_t>(got));
  if (skipping_) {
    const std::size_t feed = text.find('\n');
    if (feed == std::string_view::npos) return;
    skipping_ = false;
    text.remove_prefix(feed + 1);
  }
  store_ += text;
}

std::optional<Worker::Heard> Worker::line_in_store() {
  const std::size_t feed = store_.find('\n');
  if (feed == std::string::npos && store_.size() <= longest_line_) return std::nullopt;
  const bool cut = std::min(feed, store_.size()) > longest_line_;
  Heard heard{cut ? Outcome::cut : Outcome::fine, store_.substr(0, std::min(feed, longest_line_))};
  skipping_ = feed == std::string::npos;
  store_.erase(0, skipping_ ? store_.size() : feed + 1);
  return heard;
}

Worker::Outcome Worker::wait_for(Instant until, bool writing) {
  std::array<pollfd, 5> polled{
      {{output_, POLLIN, 0}, {errors_, POLLIN, 0}, {ending_, POLLIN, 0}, {signals_, POLLIN, 0}, {-1, POLLOUT, 0}}};
  if (writing) polled[4].fd = input_;
  if (store_.size() > longest_line_) polled[0].fd = -1;  // there is a line in it that nobody asks for
  const int ready = poll(polled.data(), polled.size(), milliseconds_until(until));
  if (ready == 0) return Outcome::late;
  if (ready < 0) return errno == EINTR ? Outcome::fine : Outcome::ended;
  if (polled[1].revents != 0) take_errors();
  if (polled[0].revents != 0) {
    take_output();
    return Outcome::fine;
  }
  if (polled[3].revents != 0) return Outcome::asked_to_end;
  // What a descendant that outlives it may still write is not its own answer.
  return polled[2].revents != 0 ? Outcome::ended : Outcome::fine;
}

Worker::Heard Worker::hear(Instant until) {
  for (;;) {
    if (auto line = line_in_store()) return std::move(*line);
    const bool over = over_ || output_ < 0;
    const Outcome outcome = over ? Outcome::ended : wait_for(until, false);
    if (outcome == Outcome::fine) continue;
    if (outcome == Outcome::ended && !store_.empty()) return {Outcome::fine, std::exchange(store_, {})};
    return {outcome};
  }
}

Worker::Outcome Worker::say(std::string_view line, Instant until) {
  std::string rest = std::string(line) + "\n";
  while (!rest.empty()) {
    if (over_ || input_ < 0) return Outcome::ended;
    const ssize_t sent = send(input_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      rest.erase(0, static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      const Outcome outcome = wait_for(until, true);
      if (outcome != Outcome::fine) return outcome;
    } else if (errno != EINTR) {
      return Outcome::ended;
    }
  }
  return Outcome::fine;
}

void Worker::kill_all() {
  const std::vector<int> strays = descendants(child_);
  kill(-child_, SIGKILL);
  for (const int pid : strays) kill(pid, SIGKILL);
}

std::optional<Worker::End> Worker::stop(Duration grace) {
  if (over_) return end_;
  close_one(input_);
  const Instant until = SystemClock().now() + grace;
  siginfo_t gone{};
  // Seen but not yet taken off the table, so that its number still means its group.
  const auto ended = [&] {
    return waitid(P_PID, static_cast<id_t>(child_), &gone, WEXITED | WNOHANG | WNOWAIT) != 0 || gone.si_pid != 0;
  };
  bool by_itself = ended();
  while (!by_itself && SystemClock().now() < until) {
    constexpr Duration tick = 0.01 * second;
    pollfd polled[3]{{ending_, POLLIN, 0}, {errors_, POLLIN, 0}, {output_, POLLIN, 0}};
    poll(polled, 3, milliseconds_until(ending_ >= 0 ? until : std::min(until, SystemClock().now() + tick)));
    take_errors();
    if (output_ >= 0) take_output();
    store_.clear();
    by_itself = ended();
  }
  kill_all();
  int status = 0;
  while (waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  take_errors();
  over_ = true;
  if (by_itself) end_ = WIFSIGNALED(status) ? End{128 + WTERMSIG(status), WTERMSIG(status)} : End{WEXITSTATUS(status)};
  return end_;
}

std::string Worker::complaints() const {
  if (complaints_.size() <= most_complaints) return complaints_;
  const std::string last = complaints_.substr(complaints_.size() - most_complaints);
  const std::size_t feed = last.find('\n');
  return feed == std::string::npos ? last : last.substr(feed + 1);
}

}  // namespace diffjoule::os
