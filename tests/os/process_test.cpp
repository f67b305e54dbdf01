// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>

namespace diffjoule::os {
namespace {

Ended ran(Command command, const std::vector<Source>& sources = {}) {
  auto signals = SignalWatch::begin();
  EXPECT_TRUE(signals);
  const SystemClock clock;
  auto ended = run_command(command, **signals, clock, sources);
  EXPECT_TRUE(ended) << ended.error().message();
  return ended ? *ended : Ended{};
}
Ended shell(const std::string& script) { return ran({{"sh", "-c", script}}); }
const std::string self = std::to_string(getpid());

TEST(Process, TheExitCodeIsTheChilds) {
  EXPECT_EQ(shell("exit 0").exit_code, 0);
  EXPECT_EQ(shell("exit 42").exit_code, 42);
}

TEST(Process, DeathBySignalIsSaidAsAShellSaysIt) {
  const Ended ended = shell("kill -SEGV $$");
  EXPECT_EQ(ended.exit_code, 128 + SIGSEGV);
  EXPECT_EQ(ended.signal, SIGSEGV);
}

TEST(Process, WhatCannotBeStartedSaysWhy) {
  const Ended missing = ran({{"no-such-program-anywhere"}});
  EXPECT_EQ(missing.exit_code, 127);
  EXPECT_EQ(missing.not_started, "No such file or directory");
  const Ended folder = ran({{"/"}});
  EXPECT_EQ(folder.exit_code, 126);
  EXPECT_FALSE(folder.not_started.empty());
}

TEST(Process, TheEnvironmentIsOursWithTheAdditions) {
  setenv("DIFFJOULE_TEST_OURS", "kept", 1);
  setenv("DIFFJOULE_TEST_REPLACED", "old", 1);
  const std::string test = "test \"$DIFFJOULE_TEST_OURS/$DIFFJOULE_TEST_REPLACED\" = kept/new";
  EXPECT_EQ(ran({{"sh", "-c", test}, {{"DIFFJOULE_TEST_REPLACED", "new"}}}).exit_code, 0);
}

TEST(Process, ASignalThatReachesUsAloneIsPassedOn) {
  // Sent by a grandchild: what the child itself sends us it has no need to get back.
  const std::string script = "trap 'exit 7' TERM; (sleep 0.05; kill -TERM " + self + ") & sleep 5 & wait; exit 1";
  const Ended ended = shell(script);
  EXPECT_EQ(ended.exit_code, 7);
  EXPECT_EQ(ended.asked, SIGTERM);
}

TEST(Process, AProgramThatIgnoresTheFirstInterruptGetsTheSecond) {
  const std::string script =
      "n=0; trap 'n=$((n+1)); [ $n = 2 ] && exit 9' INT; "
      "(sleep 0.1; kill -INT " +
      self + "; sleep 0.2; kill -INT " + self + ") & for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.1; done; exit 1";
  EXPECT_EQ(shell(script).exit_code, 9);
}

TEST(Process, StartsChildrenWithSignalsAsTheyWere) {
  ignore_broken_pipes();
  // Blocked and ignored signals as masks of /proc: of those we touch none may be set.
  const Ended ended = shell(
      "grep -Eq '^SigBlk:.*0000000000000000$' /proc/self/status && "
      "sh -c 'kill -PIPE $$; exit 3'; [ $? = 141 ]");
  EXPECT_EQ(ended.exit_code, 0);
}

TEST(Process, ADescendantThatOutlivesTheCommandIsNamedAndNotWaitedFor) {
  const Ended ended = shell("setsid sleep 3 </dev/null >/dev/null 2>&1 & sleep 0.1");
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_LT((ended.end - ended.begin).in(second), 2.0);
  ASSERT_EQ(ended.left.size(), 1u);
  EXPECT_EQ(ended.left.front().name, "sleep");
  kill(ended.left.front().pid, SIGKILL);
  for (int i = 0; i < 1000 && !still_running(ended.left).empty(); ++i) usleep(1000);
  EXPECT_TRUE(still_running(ended.left).empty());
}

TEST(Process, WatchedStreamsAreSeenLineByLine) {
  std::vector<std::pair<Stream, std::string>> seen;
  Command command{{"sh", "-c", "echo one; echo two >&2; printf three"}};
  command.see_line = [&](Stream stream, std::string_view line) { seen.emplace_back(stream, line); };
  const Ended ended = ran(command);
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_FALSE(ended.stream_held);
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_NE(std::find(seen.begin(), seen.end(), std::pair(Stream::err, std::string("two"))), seen.end());
  EXPECT_EQ(seen.back(), std::pair(Stream::out, std::string("three")));
}

TEST(Process, AWatchedStreamThatSomebodyHoldsDoesNotHoldUs) {
  Command command{{"sh", "-c", "sleep 3 & echo done"}};
  std::string seen;
  command.see_line = [&](Stream, std::string_view line) { seen += line; };
  const Ended ended = ran(command);
  EXPECT_EQ(seen, "done");
  EXPECT_TRUE(ended.stream_held);
  EXPECT_LT((ended.end - ended.begin).in(second), 2.0);
  for (const OtherProcess& other : ended.left) kill(other.pid, SIGKILL);
}

TEST(Process, OtherSourcesAreHeardMeanwhile) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  int heard = 0;
  const auto listen = [&] {
    char c = 0;
    if (heard++ == 0) {
      EXPECT_EQ(read(ends[0], &c, 1), 1);
    }
  };
  const Ended ended = ran({{"sleep", "0.1"}}, {{ends[0], listen}});
  EXPECT_EQ(ended.exit_code, 0);
  EXPECT_GE(heard, 1);
  close(ends[0]);
  close(ends[1]);
}

TEST(Process, NoCommandIsAnError) {
  auto signals = SignalWatch::begin();
  ASSERT_TRUE(signals);
  EXPECT_FALSE(run_command({}, **signals, SystemClock()));
}

}  // namespace
}  // namespace diffjoule::os
