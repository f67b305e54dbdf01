// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/duration.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

TEST(Durations, AreReadInTheUnitsPeopleType) {
  for (const auto& [text, seconds] : {std::pair("10s", 10.0),
                                      {"500ms", 0.5},
                                      {"2m", 120.0},
                                      {"1.5h", 5400.0},
                                      {"3min", 180.0},
                                      {"0.25", 0.25},
                                      {"0s", 0.0}}) {
    const auto duration = duration_from(text);
    ASSERT_TRUE(duration) << text;
    EXPECT_DOUBLE_EQ(duration->in(second), seconds) << text;
  }
}

TEST(Durations, WhatIsNoTimeIsQuoted) {
  for (const char* bad : {"", "s", "10 s", "-1s", "1d", "nan", "inf", "1e999s", "10s5"}) {
    const auto duration = duration_from(bad);
    ASSERT_FALSE(duration) << bad;
    EXPECT_NE(duration.error().message().find("\"" + std::string(bad) + "\""), std::string::npos);
  }
}

TEST(Durations, AnErrorNamesTheField) {
  const Request request(io::Document().set("idle", "soon"));
  const auto idle = duration_of(request, "idle");
  ASSERT_FALSE(idle);
  EXPECT_EQ(idle.error().message().find("--idle: "), 0u) << idle.error().message();
  const auto absent = duration_of(request, "period");
  ASSERT_TRUE(absent);
  EXPECT_FALSE(*absent);
}

TEST(Shares, ArePercentOrFractions) {
  EXPECT_DOUBLE_EQ(*share_from("1%"), 0.01);
  EXPECT_DOUBLE_EQ(*share_from("0.05"), 0.05);
  for (const char* bad : {"", "%", "0%", "100%", "2", "-1%", "1 %"}) EXPECT_FALSE(share_from(bad)) << bad;
}

}  // namespace
}  // namespace diffjoule::api
