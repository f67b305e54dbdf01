// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/page.h"

#include <gtest/gtest.h>

namespace diffjoule::report {
namespace {

Page example() {
  Page page;
  page.text("Two models.").table(Table({{"model"}}).add({"sd15"})).bars({{"all", 1.0}});
  return page;
}

TEST(Page, PartsItsBlocksByBlankLines) {
  EXPECT_EQ(to_console(example(), Style{.utf8 = false, .bar_width = 2}),
            "Two models.\n\nmodel\n-----\nsd15\n\n  all  ## 100.0 %\n");
}

TEST(Page, PutsPicturesIntoMarkdownFences) {
  EXPECT_EQ(to_markdown(example()),
            "Two models.\n\n| model |\n|---|\n| sd15 |\n\n```\n  all  ████████████████████████ 100.0 %\n```\n");
}

TEST(Page, IsOnlyItsTablesInCsv) { EXPECT_EQ(to_csv(example()), "model\nsd15\n"); }

}  // namespace
}  // namespace diffjoule::report
