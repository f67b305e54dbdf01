// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/clock_illustration.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

using io::Document;

TEST(ClockIllustration, IsHeadedAsWhatItIs) {
  const Document clocks = clock_illustration({io::DataFiles(), "test"}).value();
  EXPECT_EQ(*clocks.find("heading")->text(), "illustration, low quality, never fitted");
  report::Page page;
  show_clocks(clocks, page);
  EXPECT_NE(report::to_markdown(page).find("illustration, low quality, never fitted"), std::string::npos);
}

TEST(ClockIllustration, ComparesEveryClockWithTheHighestOfItsCard) {
  const Document clocks = clock_illustration({io::DataFiles(), "test"}).value();
  ASSERT_GE(clocks.find("rows")->array()->size(), 6U);
  for (const Document& row : *clocks.find("rows")->array()) {
    const double s = row.find("slowdown")->number();
    EXPECT_GE(s, 1.0);
    EXPECT_EQ(row.find("implied_time_ratio")->number(), s);
    ASSERT_NE(row.find("implied_energy_ratio"), nullptr) << *row.find("gpu")->text();
    if (s > 1.0) continue;
    for (const char* key : {"energy_ratio", "time_ratio", "implied_energy_ratio", "implied_at_measured_time_ratio"})
      EXPECT_NEAR(row.find(key)->number(), 1.0, 1e-12) << key;
  }
}

}  // namespace
}  // namespace diffjoule::api
