// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/table.h"

#include <gtest/gtest.h>

#include "diffjoule/io/csv.h"

namespace diffjoule::report {
namespace {

Table example() {
  Table table({{"phase"}, {"calls"}, {"energy"}, {"mean", "J"}, {"share"}});
  table.add({"encode", Cell::whole(2), Cell::quantity(12.34 * joule), Cell::number(6.17), Cell::percent(0.021)});
  table.add(
      {"denoise", Cell::whole(28), Cell::quantity(1234.0 * joule), Cell::number(44.07142857), Cell::percent(0.979)});
  table.rule().add({"all", Cell::whole(30)});
  return table;
}

TEST(Table, AlignsNumbersToTheRightOnAConsole) {
  EXPECT_EQ(to_console(example()),
            "phase    calls   energy  mean (J)   share\n"
            "-------  -----  -------  --------  ------\n"
            "encode       2   12.3 J      6.17   2.1 %\n"
            "denoise     28  1.23 kJ      44.1  97.9 %\n"
            "-------  -----  -------  --------  ------\n"
            "all         30        -         -       -\n");
}

TEST(Table, SaysTheSameInMarkdown) {
  EXPECT_EQ(to_markdown(example()),
            "| phase | calls | energy | mean (J) | share |\n"
            "|---|---:|---:|---:|---:|\n"
            "| encode | 2 | 12.3 J | 6.17 | 2.1 % |\n"
            "| denoise | 28 | 1.23 kJ | 44.1 | 97.9 % |\n"
            "| all | 30 | - | - | - |\n");
}

TEST(Table, GivesMachinesNumbersInFullAndNothingForNothing) {
  EXPECT_EQ(to_csv(example()),
            "phase,calls,energy,mean (J),share\n"
            "encode,2,12.3 J,6.17,0.021\n"
            "denoise,28,1.23 kJ,44.07142857,0.979\n"
            "all,30,,,\n");
}

TEST(Table, HostileCellsStayInTheirPlace) {
  Table table({{"name"}, {"n"}});
  table.add({"a|b\n\x1b[2J,\"c\"", Cell::whole(1)});
  EXPECT_EQ(to_console(table).find('\x1b'), std::string::npos);
  EXPECT_EQ(to_markdown(table), "| name | n |\n|---|---:|\n| a\\|b ?[2J,\"c\" | 1 |\n");
  const auto read = io::parse_csv(to_csv(table));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->at(0, 0), "a|b\n\x1b[2J,\"c\"");
}

TEST(Table, WholeNumbersOf128BitsStayExact) {
  EXPECT_EQ(Cell::whole(WideInteger{1} << 100).exact(), "1267650600228229401496703205376");
}

TEST(Table, AnEmptyTableIsItsHeading) {
  EXPECT_EQ(to_console(Table({{"model"}, {"steps"}})), "model  steps\n-----  -----\n");
}

}  // namespace
}  // namespace diffjoule::report
