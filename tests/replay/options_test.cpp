// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "replayer/options.h"

#include <gtest/gtest.h>

namespace diffjoule::replayer {
namespace {

TEST(ReplayOptions, TheyAreGivenByName) {
  const auto options = options_of({"--threads", "3", "--memory=2G", "--arithmetic", "int8"});
  ASSERT_TRUE(options);
  EXPECT_EQ(options->setup.threads, 3);
  EXPECT_EQ(options->setup.memory, ByteCount(WideInteger{2} << 30U));
  EXPECT_EQ(options->arithmetic, replay::Arithmetic::int8);
  EXPECT_EQ(options_of({"--memory", "1000"})->setup.memory, ByteCount(1000));
}

TEST(ReplayOptions, ABadValueIsQuoted) {
  for (const char* text : {"--threads=0", "--threads=x", "--memory=lots", "--arithmetic=fp4", "--speed=11"}) {
    const auto options = options_of({text});
    ASSERT_FALSE(options) << text;
    EXPECT_EQ(options.error().code(), ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace diffjoule::replayer
