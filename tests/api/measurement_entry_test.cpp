// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/measurement_entry.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

TEST(MeasurementEntry, ACommandIsALineThatAShellTakesBack) {
  EXPECT_EQ(command_line({"sd", "--steps", "20", "-p", "a cat's hat", ""}), "sd --steps 20 -p 'a cat'\\''s hat' ''");
}

TEST(MeasurementEntry, AnIdTellsWhenWhereAndWho) {
  EXPECT_EQ(measurement_id(0.25 * second, "box", 7), "19700101T000000Z-box-7");
}

TEST(MeasurementEntry, HoldsWhatAStoreIsSearchedBy) {
  measure::Measurement m;
  m.id = "x";
  m.command = {"sleep", "5"};
  m.whole.elapsed = 5.0 * second;
  measure::PartEnergy part;
  part.energy = {{10.0 * joule, 1.0 * joule}};
  part.verdict.push_back({measure::DoubtKind::too_short, "short", ""});
  m.whole.parts.push_back(part);
  m.phases.push_back({"denoise", 3, 2.0 * second, {}});
  m.verdict.push_back({measure::DoubtKind::interrupted, "", ""});
  const store::Entry entry = entry_of(m);
  EXPECT_EQ(entry.command, "sleep 5");
  EXPECT_EQ(entry.doubts, 2);
  ASSERT_TRUE(entry.energy);
  EXPECT_DOUBLE_EQ(entry.energy->value.in(joule), 10.0);
  ASSERT_EQ(entry.phases.size(), 1u);
  EXPECT_EQ(entry.phases[0].count, 3);
  EXPECT_FALSE(entry.phases[0].energy) << "nothing was measured there: missing, not zero";
}

}  // namespace
}  // namespace diffjoule::api
