// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/worker.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "diffjoule/os/signals.h"

namespace diffjoule::os {
namespace {

using Outcome = Worker::Outcome;

Instant within(double seconds) { return SystemClock().now() + seconds * second; }

std::unique_ptr<Worker> shell(const std::string& script, Worker::Program program = {}) {
  program.arguments = {"sh", "-c", script};
  auto worker = Worker::start(program);
  EXPECT_TRUE(worker) << worker.error().message();
  return worker ? std::move(*worker) : nullptr;
}

// Whether a process is there and no zombie; after it was killed the kernel takes a moment.
bool runs(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t close = line.rfind(')');
  return close != std::string::npos && line[close + 2] != 'Z' && line[close + 2] != 'X';
}
bool is_gone_soon(int pid) {
  for (int i = 0; i < 200 && runs(pid); ++i) usleep(5000);
  return !runs(pid);
}

TEST(Worker, AnswersLineByLineAndEndsWithItsInput) {
  auto worker = shell("while read line; do echo \"got $line\"; done; exit 3");
  for (const std::string text : {"one", "two"}) {
    EXPECT_EQ(worker->say(text, within(5)), Outcome::fine);
    const auto heard = worker->hear(within(5));
    EXPECT_EQ(heard.outcome, Outcome::fine);
    EXPECT_EQ(heard.line, "got " + text);
  }
  const auto end = worker->stop(5 * second);
  ASSERT_TRUE(end);
  EXPECT_EQ(end->words(), "ended with code 3");
  EXPECT_EQ(worker->say("three", within(5)), Outcome::ended);
  EXPECT_EQ(worker->hear(within(5)).outcome, Outcome::ended);
}

TEST(Worker, WhatCannotBeStartedIsNotFound) {
  auto worker = Worker::start({{"no-such-program-anywhere"}});
  ASSERT_FALSE(worker);
  EXPECT_EQ(worker.error().code(), ErrorCode::not_found);
  EXPECT_EQ(worker.error().message(), "starting \"no-such-program-anywhere\": No such file or directory");
  auto folder = Worker::start({{"/"}});
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code(), ErrorCode::unavailable);
}

TEST(Worker, SilenceIsLateAndThenKilled) {
  auto worker = shell("sleep 30");
  EXPECT_EQ(worker->hear(within(0.03)).outcome, Outcome::late);
  const Instant begin = SystemClock().now();
  EXPECT_FALSE(worker->stop(0.02 * second));  // by us: that is no end of its own
  EXPECT_LT((SystemClock().now() - begin).in(second), 5.0);
}

TEST(Worker, ALastLineWithoutALineFeedCounts) {
  auto worker = shell("printf 'a\\nb'");
  EXPECT_EQ(worker->hear(within(5)).line, "a");
  EXPECT_EQ(worker->hear(within(5)).line, "b");
  EXPECT_EQ(worker->hear(within(5)).outcome, Outcome::ended);
}

TEST(Worker, ALineOfAnyLengthIsCutAndTheNextIsWhole) {
  Worker::Program program;
  program.longest_line = 1000;
  auto worker = shell("head -c 3000000 /dev/zero | tr '\\0' x; echo; echo next", program);
  const auto cut = worker->hear(within(20));
  EXPECT_EQ(cut.outcome, Outcome::cut);
  EXPECT_EQ(cut.line, std::string(1000, 'x'));
  const auto next = worker->hear(within(20));
  EXPECT_EQ(next.outcome, Outcome::fine);
  EXPECT_EQ(next.line, "next");
}

TEST(Worker, ARequestThatNobodyReadsIsLate) {
  auto worker = shell("sleep 30");
  EXPECT_EQ(worker->say(std::string(std::size_t{4} << 20, 'x'), within(0.05)), Outcome::late);
  worker->stop({});
}

TEST(Worker, TheLastComplaintsAreKept) {
  auto worker = shell("i=0; while [ $i -lt 3000 ]; do echo \"complaint $i\" >&2; i=$((i+1)); done; echo over");
  EXPECT_EQ(worker->hear(within(20)).line, "over");
  worker->stop(5 * second);
  const std::string text = worker->complaints();
  EXPECT_LE(text.size(), 4096u);
  EXPECT_EQ(text.rfind("complaint ", 0), 0u);
  EXPECT_NE(text.find("complaint 2999\n"), std::string::npos);
}

TEST(Worker, ErrorsCanBeReadAsLines) {
  Worker::Program program;
  program.errors_are_lines = true;
  program.is_asked = false;
  auto worker = shell("echo one; echo two >&2; cat", program);
  EXPECT_EQ(worker->hear(within(5)).line, "one");
  EXPECT_EQ(worker->hear(within(5)).line, "two");
  EXPECT_EQ(worker->hear(within(5)).outcome, Outcome::ended);
}

TEST(Worker, DeathBySignalIsSaidAndThatOfTheKillerIsPerhapsForMemory) {
  auto crashed = shell("kill -SEGV $$");
  EXPECT_EQ(crashed->hear(within(5)).outcome, Outcome::ended);
  const auto crash = crashed->stop();
  ASSERT_TRUE(crash);
  EXPECT_EQ(crash->words(), "was ended by signal 11 (Segmentation fault)");
  EXPECT_FALSE(crash->perhaps_for_memory());
  auto killed = shell("kill -KILL $$");
  EXPECT_EQ(killed->hear(within(5)).outcome, Outcome::ended);
  EXPECT_TRUE(killed->stop()->perhaps_for_memory());
  EXPECT_TRUE(shell("exit 137")->stop(5 * second)->perhaps_for_memory());
}

TEST(Worker, WhatDescendsFromItIsKilledWithIt) {
  auto worker = shell("sleep 30 & echo $!; setsid sleep 30 & echo $!; wait");
  const int child = std::stoi(worker->hear(within(5)).line), stray = std::stoi(worker->hear(within(5)).line);
  EXPECT_TRUE(runs(child));
  worker->stop({});
  EXPECT_TRUE(is_gone_soon(child));
  EXPECT_TRUE(is_gone_soon(stray));
}

TEST(Worker, AnOrphanThatHoldsTheStreamIsNotWaitedFor) {
  auto worker = shell("sleep 30 & exit 4");
  EXPECT_EQ(worker->hear(within(5)).outcome, Outcome::ended);
  EXPECT_EQ(worker->stop()->exit_code, 4);
}

TEST(Worker, DiesWithUs) {
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const pid_t us = fork();
  if (us == 0) {
    auto worker = Worker::start({{"sleep", "30"}});
    const int pid = worker ? (*worker)->pid() : 0;
    [[maybe_unused]] const ssize_t told = write(pipe_ends[1], &pid, sizeof pid);
    raise(SIGKILL);
  }
  int pid = 0;
  ASSERT_EQ(read(pipe_ends[0], &pid, sizeof pid), static_cast<ssize_t>(sizeof pid));
  waitpid(us, nullptr, 0);
  ASSERT_GT(pid, 0);
  EXPECT_TRUE(is_gone_soon(pid));
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(Worker, IsStartedWithSignalsUnblockedAndNoticesThatWeAreAskedToEnd) {
  auto watch = SignalWatch::begin();
  ASSERT_TRUE(watch);
  auto worker = shell("grep -E '^SigBlk:' /proc/self/status; sleep 30");
  EXPECT_NE(worker->hear(within(5)).line.find("0000000000000000"), std::string::npos);
  kill(getpid(), SIGINT);
  EXPECT_EQ(worker->hear(within(5)).outcome, Outcome::asked_to_end);
  worker->stop({});
  std::optional<int> asked;
  while (const auto signal = (*watch)->next()) {
    if (asks_for_an_end(signal->number)) asked = signal->number;
  }
  EXPECT_EQ(asked, SIGINT);  // it is still there for whoever watches
}

}  // namespace
}  // namespace diffjoule::os
