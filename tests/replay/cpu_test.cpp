// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/cpu.h"

#include <gtest/gtest.h>

namespace diffjoule::replay {
namespace {

TEST(Cpu, ItHasANameMemoryAndSinglePrecision) {
  EXPECT_FALSE(processor_name().empty());
  EXPECT_GT(available_memory().exact(), 0U);
  EXPECT_EQ(native_arithmetic().front(), DType::float32);
}

TEST(Cpu, AsManyThreadsWorkAsAreAskedFor) {
  EXPECT_EQ(start_threads(1), 1);
  EXPECT_EQ(start_threads(2), 2);
  EXPECT_EQ(start_threads(0), 2);  // as before
}

#if defined(__x86_64__)
TEST(Cpu, NumbersTooSmallToBeNormalAreZero) {
  start_threads(0);
  volatile float small = 1e-38F;
  EXPECT_EQ(small * 0.01F, 0.0F);
}
#endif

}  // namespace
}  // namespace diffjoule::replay
