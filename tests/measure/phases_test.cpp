// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/phases.h"

#include <gtest/gtest.h>

namespace diffjoule::measure {
namespace {

os::Instant at(double t) { return os::Instant{} + t * second; }

TEST(Phases, FiftySpansOfANameAreOnePhaseWithItsCount) {
  std::vector<Span> spans{{"encode", at(0.0), at(1.0)}};
  for (int i = 0; i < 50; ++i) spans.push_back({"step", at(1.0 + i), at(1.9 + i)});
  spans.push_back({"decode", at(52.0), at(53.0)});
  const auto phases = group_by_name(spans, at(0.0), at(60.0));
  ASSERT_EQ(phases.size(), 3u);
  EXPECT_EQ(phases[0].name, "encode");
  EXPECT_EQ(phases[1].count, 50u);
  EXPECT_NEAR(phases[1].cover.elapsed().in(second), 45.0, 1e-6);
  EXPECT_EQ(phases[2].name, "decode");
}

TEST(Phases, NestedAndOverlappingSpansOfANameCountTheirTimeOnce) {
  const auto phases =
      group_by_name({{"a", at(0.0), at(4.0)}, {"a", at(1.0), at(2.0)}, {"a", at(3.0), at(5.0)}}, at(0.0), at(9.0));
  ASSERT_EQ(phases.size(), 1u);
  EXPECT_EQ(phases[0].count, 3u);
  EXPECT_NEAR(phases[0].cover.elapsed().in(second), 5.0, 1e-9);
}

TEST(Phases, WhatLiesOutsideTheRunIsCutOff) {
  const auto phases = group_by_name({{"a", at(0.0), at(4.0)}, {"b", at(20.0), at(21.0)}}, at(1.0), at(3.0));
  ASSERT_EQ(phases.size(), 1u);
  EXPECT_NEAR(phases[0].cover.elapsed().in(second), 2.0, 1e-9);
}

TEST(Phases, OneThatHoldsOthersComesBeforeThem) {
  const auto phases = group_by_name({{"inner", at(0.0), at(1.0)}, {"outer", at(0.0), at(9.0)}}, at(0.0), at(9.0));
  EXPECT_EQ(phases[0].name, "outer");
}

}  // namespace
}  // namespace diffjoule::measure
