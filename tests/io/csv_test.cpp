// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/csv.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <random>

namespace diffjoule::io {
namespace {

using namespace std::string_literals;

std::string problem_of(std::string text) {
  const auto table = parse_csv(std::move(text));
  return table ? "no problem" : table.error().message();
}

std::string written(const Csv& table) {
  std::string out;
  append_csv(out, table.header());
  for (std::size_t r = 0; r < table.rows(); ++r) append_csv(out, table.row(r));
  return out;
}

TEST(Csv, ReadsAHeaderAndRecords) {
  const auto table = parse_csv("a,b\n1,2\n3,\n");
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_EQ(table->columns(), 2u);
  EXPECT_EQ(table->rows(), 2u);
  EXPECT_EQ(table->at(0, *table->column("b")), "2");
  EXPECT_EQ(table->at(1, 1), "");
  EXPECT_EQ(table->line(1), 3u);
  EXPECT_FALSE(table->column("c"));
}

TEST(Csv, ReadsQuotedFieldsWithCommasQuotesAndLineEnds) {
  const auto table = parse_csv("name,note\n\"a, b\",\"said \"\"no\"\"\"\n\"two\nlines\",x\nlast,\"\"\n");
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_EQ(table->at(0, 0), "a, b");
  EXPECT_EQ(table->at(0, 1), "said \"no\"");
  EXPECT_EQ(table->at(1, 0), "two\nlines");
  EXPECT_EQ(table->at(2, 1), "");
  EXPECT_EQ(table->line(2), 5u) << "a line end inside quotes counts as a line of the file";
}

TEST(Csv, AcceptsCarriageReturnsByteOrderMarksBlankLinesAndNoFinalLineEnd) {
  for (const char* text : {"\xEF\xBB\xBF"
                           "a,b\r\n1,2\r\n",
                           "a,b\r1,2", "\n\na,b\n\n1,2\n\n", "a,b\n\"1\",\"2\""}) {
    const auto table = parse_csv(text);
    ASSERT_TRUE(table) << text << table.error().message();
    EXPECT_EQ(table->header(), (std::vector<std::string_view>{"a", "b"}));
    ASSERT_EQ(table->rows(), 1u);
    EXPECT_EQ(table->at(0, 0), "1");
    EXPECT_EQ(table->at(0, 1), "2");
  }
}

TEST(Csv, NamesLineAndCountOfARecordOfAnotherLength) {
  EXPECT_EQ(problem_of("a,b,c\n1,2,3\n1,2\n"), "line 3: found 2 fields, expected 3");
  EXPECT_EQ(problem_of("a,b\n\"x\ny\",2\n1,2,3\n"), "line 4: found 3 fields, expected 2");
}

TEST(Csv, RefusesBrokenQuotesNulBytesAndDoubledColumns) {
  EXPECT_EQ(problem_of("a,b\n1,\"2\n3,4\n"), "line 2: column 2 (\"b\"): found a quote that is never closed");
  EXPECT_EQ(problem_of("a,b\n1,2\"3\n"), "line 2: column 2 (\"b\"): found a quote inside a field that is not quoted");
  EXPECT_EQ(problem_of("a,b\n\"1\"x,2\n"), "line 2: column 1 (\"a\"): found text after a closing quote");
  EXPECT_EQ(problem_of("a,b\n1,2\0\n"s), "line 2: column 2 (\"b\"): found a NUL byte");
  EXPECT_EQ(problem_of("a,b\n\"\0\",2\n"s), "line 2: column 1 (\"a\"): found a NUL byte");
  EXPECT_EQ(problem_of("a,b,a\n"), "line 1: found two columns named \"a\", expected one");
  EXPECT_EQ(problem_of(""), "found no line, expected a header of column names");
  EXPECT_EQ(problem_of("\xEF\xBB\xBF\r\n"), "found no line, expected a header of column names");
}

TEST(Csv, KeepsTheGoodRecordsAndNamesTheOthersWhenAsked) {
  const auto table = parse_csv("a,b\n1,2\n3\n4,5\"\n6,7\n8,\"9", BadRecords::skip);
  ASSERT_TRUE(table) << table.error().message();
  ASSERT_EQ(table->rows(), 2u);
  EXPECT_EQ(table->at(1, 0), "6");
  ASSERT_EQ(table->skipped().size(), 3u);
  EXPECT_EQ(table->skipped()[0].line, 3u);
  EXPECT_EQ(table->skipped()[0].reason, "found 1 fields, expected 2");
  EXPECT_EQ(table->skipped()[2].line, 6u);
}

TEST(Csv, OffersTheNearestColumn) {
  const auto table = parse_csv("model,steps\nx,1\n");
  ASSERT_TRUE(table);
  const auto place = table->require("step");
  ASSERT_FALSE(place);
  EXPECT_EQ(place.error().message(), "there is no column \"step\"; did you mean \"steps\"?");
  EXPECT_EQ(*table->require("steps"), 1u);
}

TEST(Csv, SaysWhatWasFoundAndExpected) {
  const auto table = parse_csv("model,steps\nx,many\ny,\n");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->unexpected(0, 1, "a whole number").message(),
            "line 2, column \"steps\": found \"many\", expected a whole number");
  EXPECT_EQ(table->unexpected(1, 1, "a whole number").message(),
            "line 3, column \"steps\": found nothing, expected a whole number");
}

TEST(Csv, ReadsWholeFieldsAsNumbersOnly) {
  EXPECT_EQ(csv_number("1.5e3"), 1500.0);
  EXPECT_EQ(csv_number(" +2 "), 2.0);
  EXPECT_EQ(csv_integer("-7"), -7);
  for (const char* text : {"", " ", "1x", "nan", "inf", "1e999", "+-1", "0x10", "1,5"})
    EXPECT_FALSE(csv_number(text)) << text;
  for (const char* text : {"", "1.0", "99999999999999999999"}) EXPECT_FALSE(csv_integer(text)) << text;
}

TEST(Csv, SurvivesBeingMovedAndCopied) {
  Csv kept;
  {
    auto table = parse_csv("a\nx\n");
    ASSERT_TRUE(table);
    const Csv copy = *table;
    Csv moved = std::move(*table);
    EXPECT_EQ(copy.at(0, 0), moved.at(0, 0));
    kept = std::move(moved);
  }
  EXPECT_EQ(kept.at(0, 0), "x");
}

TEST(Csv, ReadsBackWhateverItWrites) {
  std::mt19937 random(20240607);
  const std::string letters =
      "ab ,\"\r\n;\xC3\xA9"
      "0";
  for (int round = 0; round < 2000; ++round) {
    const std::size_t columns = 1 + random() % 4, rows = random() % 5;
    std::vector<std::string> header;
    for (std::size_t c = 0; c < columns; ++c) header.push_back("column " + std::to_string(c));
    std::vector<std::vector<std::string>> records(rows, std::vector<std::string>(columns));
    for (auto& record : records) {
      for (std::string& field : record) {
        for (std::size_t n = random() % 6; n > 0; --n) field += letters[random() % letters.size()];
      }
    }
    std::string text;
    append_csv(text, header);
    for (const auto& record : records) append_csv(text, record);
    const auto table = parse_csv(text);
    ASSERT_TRUE(table) << text << "\n" << table.error().message();
    ASSERT_EQ(table->rows(), rows) << text;
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) ASSERT_EQ(table->at(r, c), records[r][c]) << text;
    }
  }
}

// Whatever the bytes, the answer is a table or a message, and a table is written and read back unchanged.
TEST(Csv, AnswersAnyBytesWithATableOrAMessage) {
  std::mt19937 random(20240608);
  const std::string seed = "model,steps,note\r\nflux,28,\"a, \"\"b\"\"\"\r\nsdxl,50,\"two\nlines\"\r\n,,\r\n";
  const std::string letters = "\",\r\n\0x\xEF\xBB\xBF"s;
  for (int round = 0; round < 20000; ++round) {
    std::string text = seed;
    for (std::size_t n = 1 + random() % 6; n > 0; --n) {
      const std::size_t place = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[place] = letters[random() % letters.size()];
          break;
        case 1:
          text.erase(place, 1 + random() % 3);
          break;
        default:
          text.insert(place, 1, letters[random() % letters.size()]);
      }
      if (text.empty()) text = "x";
    }
    const BadRecords bad = round % 2 == 0 ? BadRecords::refuse : BadRecords::skip;
    const auto table = parse_csv(text, bad);
    if (!table) {
      ASSERT_FALSE(table.error().message().empty());
      continue;
    }
    const std::string once = written(*table);
    const auto again = parse_csv(once);
    ASSERT_TRUE(again) << text << "\n" << again.error().message();
    ASSERT_EQ(written(*again), once) << text;
  }
}

}  // namespace
}  // namespace diffjoule::io
