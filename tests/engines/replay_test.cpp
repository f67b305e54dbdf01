// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "diffjoule/engines/engine.h"

namespace diffjoule::engines {
namespace {

TEST(ReplayAdapter, AnswersThroughItsOwnProgram) {
  os::SystemClock clock;
  auto engine = open_engine("replay", {"threads=1", "memory=1GiB", "arithmetic=as-dtype"}, clock);
  if (!engine && engine.error().code() == ErrorCode::not_found) GTEST_SKIP() << engine.error().message();
  ASSERT_TRUE(engine) << engine.error().message();
  const auto device = (*engine)->device();
  ASSERT_TRUE(device) << device.error().message();
  EXPECT_EQ(device->kind, "cpu");
  EXPECT_FALSE(device->arithmetic.empty());
  const auto probed = (*engine)->probe({Linear{32, 32, 32, false}, DType::float32, 0.01 * second});
  ASSERT_TRUE(probed) << probed.error().message();
  EXPECT_GE(probed->calls, 1u);
  EXPECT_GE((probed->end - probed->begin).in(second), 0.01);
}

}  // namespace
}  // namespace diffjoule::engines
