// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/attribution.h"

#include <gtest/gtest.h>

namespace diffjoule::measure {
namespace {

os::Instant at(double t) { return os::Instant{} + t * second; }

TEST(Attribution, TheShareIsOwnUtilizationOverAll) {
  Occupancy o;
  o.add(at(0.0), {{10, 0.6}, {20, 0.2}}, {10});
  const auto use = o.use(Cover({{at(0.0), at(4.0)}}));
  ASSERT_TRUE(use);
  EXPECT_DOUBLE_EQ(use->share, 0.75);
  EXPECT_EQ(use->others, 1u);
  EXPECT_TRUE(use->told);
}

TEST(Attribution, WithoutUtilizationSharesAreEqualAndSaidToBe) {
  Occupancy o;
  o.add(at(0.0), {{10, std::nullopt}, {20, std::nullopt}, {30, std::nullopt}, {11, std::nullopt}}, {10, 11});
  const auto use = o.use(Cover({{at(0.0), at(4.0)}}));
  EXPECT_DOUBLE_EQ(use->share, 0.5);
  EXPECT_FALSE(use->told);
}

TEST(Attribution, OneThatComesHalfWayCountsForHalf) {
  Occupancy o;
  for (int t = 0; t < 10; ++t) {
    if (t < 5) {
      o.add(at(t), {{10, 0.5}}, {10});
    } else {
      o.add(at(t), {{10, 0.5}, {20, 0.5}}, {10});
    }
  }
  EXPECT_NEAR(o.use(Cover({{at(0.0), at(10.0)}}))->share, 0.75, 1e-12);
  EXPECT_FALSE(o.use(Cover({{at(0.0), at(5.0)}})));
}

TEST(Attribution, AnIdleNeighbourIsNobody) {
  Occupancy o;
  o.add(at(0.0), {{10, 0.9}, {20, 0.0}}, {10});
  EXPECT_FALSE(o.use(Cover({{at(0.0), at(4.0)}})));
}

TEST(Attribution, WhoOwnsNothingIsToldNothing) {
  Occupancy o;
  o.add(at(0.0), {{20, 0.9}}, {});
  EXPECT_FALSE(o.use(Cover({{at(0.0), at(4.0)}})));
}

TEST(Attribution, WhatIsForgottenDoesNotChangeWhatComesLater) {
  Occupancy o, whole;
  for (int t = 0; t < 20; ++t) {
    for (Occupancy* one : {&o, &whole}) one->add(at(t), {{10, 0.5}, {20, t % 2 == 0 ? 0.5 : 0.1}}, {10});
    if (t == 10) o.forget(at(8.0));
  }
  EXPECT_EQ(o.use(Cover({{at(9.0), at(15.0)}}))->share, whole.use(Cover({{at(9.0), at(15.0)}}))->share);
}

}  // namespace
}  // namespace diffjoule::measure
