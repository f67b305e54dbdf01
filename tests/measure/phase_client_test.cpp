// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/phase_client.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "diffjoule/measure/phase_socket.h"

namespace diffjoule::measure {
namespace {

TEST(PhaseClient, AnAddressThatCannotBeIsQuoted) {
  for (const std::string& bad : {std::string(), std::string("tcp:1"), std::string("unix:"),
                                 "unix:/" + std::string(200, 'x'), std::string("unix:/nowhere/at/all")}) {
    const auto client = PhaseClient::connect(bad);
    ASSERT_FALSE(client) << bad;
    EXPECT_NE(client.error().message().find(bad), std::string::npos) << client.error().message();
  }
}

TEST(PhaseClient, ALongNameIsCutBetweenTwoCharacters) {
  const os::SystemClock clock;
  auto socket = PhaseSocket::open(clock);
  ASSERT_TRUE(socket);
  auto client = PhaseClient::connect((*socket)->address());
  ASSERT_TRUE(client);
  const std::string umlaut = "\u00fc", drop = "\U0001f4a7";
  const auto times = [](int n, const std::string& what) {
    std::string all;
    for (int i = 0; i < n; ++i) all += what;
    return all;
  };
  for (const auto& [name, kept] : {std::pair{times(150, umlaut), times(100, umlaut)},
                                   {"a" + times(150, umlaut), "a" + times(99, umlaut)},
                                   {"abc" + times(50, drop), "abc" + times(49, drop)},
                                   {times(50, drop), times(50, drop)},
                                   {std::string(300, 'x'), std::string(200, 'x')}}) {
    const os::Instant begin = clock.now();
    EXPECT_TRUE((*client)->begin(name, 1, begin));
    EXPECT_TRUE((*client)->end(name, 1, clock.now()));
    (*socket)->listen();
    const auto spans = (*socket)->marks().spans();
    ASSERT_EQ(spans.size(), 1u) << name;
    EXPECT_EQ(spans[0].name, kept);
  }
}

TEST(PhaseClient, AMeterThatIsGoneDoesNotStopTheProgram) {
  const os::SystemClock clock;
  auto socket = PhaseSocket::open(clock);
  ASSERT_TRUE(socket);
  auto client = PhaseClient::connect((*socket)->address());
  ASSERT_TRUE(client);
  socket->reset();
  EXPECT_FALSE((*client)->begin("a", 1, clock.now()));
}

TEST(PhaseClient, AMeterThatDoesNotListenCostsAMomentAMarkAndNoMore) {
  const os::SystemClock clock;
  auto socket = PhaseSocket::open(clock);
  ASSERT_TRUE(socket);
  auto client = PhaseClient::connect((*socket)->address());
  ASSERT_TRUE(client);
  bool taken = true;
  for (int i = 0; taken && i < 1'000'000; ++i) taken = (*client)->mark("image", clock.now());
  EXPECT_FALSE(taken);
  const os::Instant before = clock.now();
  EXPECT_FALSE((*client)->mark("image", before));
  EXPECT_LT((clock.now() - before).in(second), 1.0);
  (*socket)->listen();
  EXPECT_TRUE((*client)->mark("image", clock.now()));
}

}  // namespace
}  // namespace diffjoule::measure
