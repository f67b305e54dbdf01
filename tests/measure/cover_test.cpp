// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/cover.h"

#include <gtest/gtest.h>

namespace diffjoule::measure {
namespace {

os::Instant at(double t) { return os::Instant{} + t * second; }

TEST(Cover, OverlappingAndTouchingStretchesAreOne) {
  const Cover c({{at(3.0), at(5.0)}, {at(0.0), at(1.0)}, {at(4.0), at(6.0)}, {at(1.0), at(2.0)}, {at(9.0), at(8.0)}});
  ASSERT_EQ(c.stretches().size(), 2u);
  EXPECT_DOUBLE_EQ(c.elapsed().in(second), 5.0);
  EXPECT_EQ(c.begin(), at(0.0));
  EXPECT_EQ(c.end(), at(6.0));
}

TEST(Cover, WhatIsInsideIsTheSumOfItsParts) {
  const Cover c({{at(0.0), at(1.0)}, {at(2.0), at(3.0)}, {at(4.0), at(5.0)}});
  EXPECT_DOUBLE_EQ(c.within(at(0.5), at(4.25)).in(second), 0.5 + 1.0 + 0.25);
  EXPECT_EQ(c.parts(at(0.5), at(4.25)).size(), 3u);
  EXPECT_EQ(c.within(at(1.0), at(2.0)), Duration());
  EXPECT_TRUE(c.contains(at(2.0)));
  EXPECT_FALSE(c.contains(at(3.0)));
}

TEST(Cover, NothingIsNothing) {
  const Cover c(std::vector<Stretch>{});
  EXPECT_TRUE(c.empty());
  EXPECT_EQ(c.elapsed(), Duration());
  EXPECT_EQ(c.within(at(0.0), at(1.0)), Duration());
}

}  // namespace
}  // namespace diffjoule::measure
