// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/phase_client.h"

#include <gtest/gtest.h>

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
