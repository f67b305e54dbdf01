// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/text.h"

#include <gtest/gtest.h>

namespace diffjoule::report {
namespace {

TEST(ReportText, WidthIsCountedInCodePoints) {
  EXPECT_EQ(display_width("µs"), 2u);
  EXPECT_EQ(display_width("██"), 2u);
  EXPECT_EQ(padded_left("µ", 3), "  µ");
  EXPECT_EQ(padded_right("µ", 3), "µ  ");
}

TEST(ReportText, ControlCharactersCannotSteerATerminal) {
  EXPECT_EQ(one_line("a\x1b[31mb\nc\td\x7f"), "a?[31mb c d?");
  EXPECT_EQ(one_line("a\xC2\x9B"
                     "31m"),
            "a?31m");
  EXPECT_EQ(one_line("é"), "é");
}

TEST(ReportText, WrapsAtTheWidthAndKeepsLineFeeds) {
  EXPECT_EQ(wrapped("one two three", 2, 9), "  one two\n  three\n");
  EXPECT_EQ(wrapped("a\n\nb", 0), "a\n\nb\n");
  EXPECT_EQ(wrapped("unbreakable", 2, 5), "  unbreakable\n");
}

}  // namespace
}  // namespace diffjoule::report
