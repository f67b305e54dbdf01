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

}  // namespace
}  // namespace diffjoule::os
