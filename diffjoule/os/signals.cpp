// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/signals.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "diffjoule/os/clock.h"

namespace diffjoule::os {
namespace {

constexpr std::array watched{SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGTSTP, SIGCONT};

// Set by ignore_broken_pipes(), which main() calls before there are threads.
bool broken_pipes_were_default = false;

bool is_ignored(int signal) {
  struct sigaction action {};
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

void ignore_broken_pipes() { broken_pipes_were_default = std::signal(SIGPIPE, SIG_IGN) != SIG_IGN; }

bool asks_for_an_end(int signal) {
  return signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
}

Result<std::unique_ptr<SignalWatch>> SignalWatch::begin() {
  auto watch = std::unique_ptr<SignalWatch>(new SignalWatch());
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : watched) {
    if (!is_ignored(signal)) sigaddset(&taken, signal);
  }
  sigaddset(&taken, SIGCHLD);
  // An inherited SIG_IGN would have the kernel reap the child before it can be waited for.
  watch->children_ignored_ = is_ignored(SIGCHLD);
  if (watch->children_ignored_) std::signal(SIGCHLD, SIG_DFL);
  pthread_sigmask(SIG_BLOCK, &taken, &watch->before_);
  watch->descriptor_ = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
  if (watch->descriptor_ < 0)
    return fail(ErrorCode::unavailable, std::string("watching for signals: ") + std::strerror(errno));
  return watch;
}

SignalWatch::~SignalWatch() {
  if (descriptor_ >= 0) {
    while (next()) {
    }
    close(descriptor_);
  }
  if (children_ignored_) std::signal(SIGCHLD, SIG_IGN);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

std::optional<Signal> SignalWatch::next() {
  signalfd_siginfo info{};
  if (read(descriptor_, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  return Signal{static_cast<int>(info.ssi_signo), info.ssi_code == SI_KERNEL, static_cast<int>(info.ssi_pid)};
}

std::optional<int> SignalWatch::wait(Duration at_most, int other) {
  const SystemClock clock;
  const Instant until = clock.now() + at_most;
  for (;;) {
    while (const auto signal = next()) {
      if (asks_for_an_end(signal->number)) return signal->number;
      if (signal->number == SIGTSTP) suspend();
    }
    const Duration left = until - clock.now();
    if (left.in(second) <= 0.0) return std::nullopt;
    std::array<pollfd, 2> polled{{{descriptor_, POLLIN, 0}, {other, POLLIN, 0}}};
    const int milliseconds = static_cast<int>(std::min(left.in(second)*1e3 + 1.0, 1e9));
    if (poll(polled.data(), polled.size(), milliseconds) > 0 && polled[1].revents != 0) return std::nullopt;
  }
}

void SignalWatch::undo_in_child() const {
  if (children_ignored_) std::signal(SIGCHLD, SIG_IGN);
  if (broken_pipes_were_default) std::signal(SIGPIPE, SIG_DFL);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void SignalWatch::suspend() {
  sigset_t stop;
  sigset_t before;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &stop, &before);
  raise(SIGTSTP);  // the kernel drops it where no shell could continue us
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace diffjoule::os
