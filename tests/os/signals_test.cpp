// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

namespace diffjoule::os {
namespace {

TEST(Signals, WaitToBeReadAndSayWhoSentThem) {
  auto watch = SignalWatch::begin();
  ASSERT_TRUE(watch) << watch.error().message();
  EXPECT_FALSE((*watch)->next());
  kill(getpid(), SIGTERM);
  const auto got = (*watch)->next();
  ASSERT_TRUE(got);
  EXPECT_EQ(got->number, SIGTERM);
  EXPECT_FALSE(got->from_kernel);
  EXPECT_EQ(got->sender, getpid());
  EXPECT_FALSE((*watch)->next());
}

TEST(Signals, WhatWasNotReadDoesNotActLater) {
  {
    auto watch = SignalWatch::begin();
    ASSERT_TRUE(watch);
    kill(getpid(), SIGINT);
  }
  SUCCEED() << "still here";
}

TEST(Signals, AnIgnoredOneStaysIgnored) {
  std::signal(SIGHUP, SIG_IGN);
  {
    auto watch = SignalWatch::begin();
    ASSERT_TRUE(watch);
    kill(getpid(), SIGHUP);
    EXPECT_FALSE((*watch)->next());
  }
  std::signal(SIGHUP, SIG_DFL);
}

TEST(Signals, AWaitEndsByTimeByADescriptorOrByWhoAsksForAnEnd) {
  auto watch = SignalWatch::begin();
  ASSERT_TRUE(watch);
  EXPECT_FALSE((*watch)->wait(0.01 * second));
  int ends[2] = {-1, -1};
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "x", 1), 1);
  EXPECT_FALSE((*watch)->wait(3600.0 * second, ends[0]));
  kill(getpid(), SIGUSR1);  // asks for nothing
  kill(getpid(), SIGTERM);
  EXPECT_EQ((*watch)->wait(3600.0 * second), SIGTERM);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace diffjoule::os
