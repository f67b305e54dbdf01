// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/taken.h"

#include <gtest/gtest.h>

#include <cmath>

namespace diffjoule::store {
namespace {

TEST(Taken, TimesOfEveryNeighbourAreRead) {
  const auto text = [](const char* stamp) {
    const auto time = time_from(stamp);
    return time ? os::utc_text(*time) : std::string("none");
  };
  EXPECT_EQ(text("2026-11-28T10:00:00"), "2026-11-28T10:00:00.000Z");
  EXPECT_EQ(text("2026/11/28 10:00:00.123"), "2026-11-28T10:00:00.123Z");
  EXPECT_EQ(text("11-28-2026 10:00:00.250"), "2026-11-28T10:00:00.250Z");
  EXPECT_EQ(text(" 2026-11-28T10:00:00Z "), "2026-11-28T10:00:00.000Z");
  EXPECT_EQ(text("2026-11-28T10:00:00+01:00"), "2026-11-28T09:00:00.000Z");
  EXPECT_EQ(text("2024-02-29T00:00:00-0530"), "2024-02-29T05:30:00.000Z");
  for (const char* wrong : {"", "10:00:00", "2026-02-30T10:00:00", "2026-11-28T25:00:00", "2026-11-28T10:00:00 CET",
                            "2026-11-28T10:00:", "xxxx-11-28T10:00:00", "2026-11-28T10:0:000"})
    EXPECT_EQ(text(wrong), "none") << wrong;
}

TEST(Taken, AModelIsMarkedAndAsUncertainAsItIsLarge) {
  const auto device = device_of("x", "ram", "");
  const auto part = modelled_part(device, sensors::Part::dram, 300.0 * joule, "a guess", "measure it");
  EXPECT_EQ(part.instrument, measure::Instrument::model);
  EXPECT_FALSE(part.counter);
  EXPECT_NEAR(part.energy->uncertainty.in(joule), 300.0 / std::sqrt(3.0), 1e-9);
  ASSERT_EQ(part.verdict.size(), 1u);
  EXPECT_EQ(part.verdict[0].kind, measure::DoubtKind::assumed);
}

TEST(Taken, IdsFollowTheBytes) {
  EXPECT_EQ(import_id("a", "x"), import_id("a", "x"));
  EXPECT_NE(import_id("a", "x"), import_id("a", "y"));
  EXPECT_EQ(import_id("a", "").substr(0, 2), "a-");
}

}  // namespace
}  // namespace diffjoule::store
