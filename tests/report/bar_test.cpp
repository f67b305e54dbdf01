// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/bar.h"

#include <gtest/gtest.h>

#include <limits>

namespace diffjoule::report {
namespace {

const std::vector<Bar> shares{{"encode", 0.001}, {"denoise", 0.978}, {"decode", 0.021}, {"nothing", 0.0}};

TEST(Bar, DrawsSharesInEighthsOfABlock) {
  EXPECT_EQ(to_console(shares, Style{.utf8 = true, .bar_width = 8}),
            "  encode   ▏         0.1 %\n"
            "  denoise  ███████▉ 97.8 %\n"
            "  decode   ▏         2.1 %\n"
            "  nothing            0.0 %\n");
}

TEST(Bar, DrawsInAsciiWhereTheTerminalKnowsNoMore) {
  EXPECT_EQ(to_console(shares, Style{.utf8 = false, .bar_width = 8}),
            "  encode   .         0.1 %\n"
            "  denoise  ######## 97.8 %\n"
            "  decode   .         2.1 %\n"
            "  nothing            0.0 %\n");
}

TEST(Bar, SharesOutsideTheWholeDoNotOverflow) {
  const std::string text = to_console(
      {{"more", 7.0}, {"less", -1.0}, {"none", std::numeric_limits<double>::quiet_NaN()}}, Style{.bar_width = 4});
  EXPECT_NE(text.find("████ "), std::string::npos);
  EXPECT_EQ(text.find("█████"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::report
