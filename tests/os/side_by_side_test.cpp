// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/side_by_side.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

namespace diffjoule::os {
namespace {

// What came of scripts run by sh on that many seats.
struct Outcome {
  std::vector<std::pair<std::size_t, int>> ended;  // seat and code, in order
  Result<std::optional<int>> asked;
};
Outcome ran(const std::vector<std::string>& scripts, std::size_t seats, const std::string& output = {}) {
  auto signals = SignalWatch::begin();
  EXPECT_TRUE(signals);
  Outcome outcome{{}, std::optional<int>()};
  std::size_t begun = 0;
  Seats table;
  table.count = seats;
  table.next = [&](std::size_t) -> std::optional<SeatedCommand> {
    if (begun == scripts.size()) return std::nullopt;
    return SeatedCommand{{"sh", "-c", scripts[begun++]}, output};
  };
  table.ended = [&](std::size_t seat, int code) { outcome.ended.emplace_back(seat, code); };
  outcome.asked = run_side_by_side(table, **signals);
  return outcome;
}

std::string empty_folder() {
  std::string folder = testing::TempDir() + "side_by_side_XXXXXX";
  return mkdtemp(folder.data()) == nullptr ? std::string() : folder;
}

const std::string self = std::to_string(getpid());

TEST(SideBySide, EveryCommandRunsOnceAndItsCodeIsTold) {
  const Outcome outcome = ran({"exit 3", "kill -KILL $$", "exit 0", "exec no-such-program-anywhere 2>/dev/null"}, 2);
  ASSERT_TRUE(outcome.asked);
  EXPECT_FALSE(*outcome.asked);
  std::map<int, int> codes;
  for (const auto& [seat, code] : outcome.ended) ++codes[code];
  EXPECT_EQ(codes, (std::map<int, int>{{0, 1}, {3, 1}, {127, 1}, {137, 1}}));
}

TEST(SideBySide, CommandsOnTwoSeatsRunAtTheSameTime) {
  // Each waits for the other at the two ends of a pipe: one after the other they would wait for ever.
  const std::string pipe = empty_folder() + "/pipe";
  const Outcome outcome = ran({"mkfifo " + pipe + "; echo there >" + pipe,
                               "until [ -p " + pipe + " ]; do sleep 0.01; done; read x <" + pipe + "; [ $x = there ]"},
                              2);
  for (const auto& [seat, code] : outcome.ended) EXPECT_EQ(code, 0);
  EXPECT_EQ(outcome.ended.size(), 2u);
}

TEST(SideBySide, OneSeatIsOneAfterTheOther) {
  const std::string file = empty_folder() + "/said";
  const Outcome outcome = ran({"echo a; sleep 0.02; echo b", "echo c"}, 1, file);
  EXPECT_EQ(outcome.ended, (std::vector<std::pair<std::size_t, int>>{{0, 0}, {0, 0}}));
  std::stringstream said;
  said << std::ifstream(file).rdbuf();
  EXPECT_EQ(said.str(), "a\nb\nc\n");
}

TEST(SideBySide, ASignalReachesAllAndNothingMoreIsBegun) {
  const std::string waits = "trap 'exit 7' TERM; sleep 5 & wait";
  const Outcome outcome =
      ran({waits, "(sleep 0.1; kill -TERM " + self + ") & trap 'exit 8' TERM; sleep 5 & wait", "exit 9"}, 2);
  ASSERT_TRUE(outcome.asked);
  EXPECT_EQ(*outcome.asked, SIGTERM);
  ASSERT_EQ(outcome.ended.size(), 2u);
  EXPECT_EQ(outcome.ended[0].second + outcome.ended[1].second, 15);
}

TEST(SideBySide, OutputThatCannotBeWrittenIsAnErrorThatNamesTheFile) {
  const Outcome outcome = ran({"exit 0"}, 1, "/nowhere/at/all");
  ASSERT_FALSE(outcome.asked);
  EXPECT_NE(outcome.asked.error().message().find("/nowhere/at/all"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::os
