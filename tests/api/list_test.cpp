// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "diffjoule/api/verb.h"
#include "diffjoule/io/csv.h"

namespace diffjoule::api {
namespace {

TEST(List, EveryListHasRowsThatBeginWithAName) {
  const auto verb = verb_named("list");
  ASSERT_TRUE(verb);
  const std::vector<std::string>& lists = (*verb)->fields.front().choices;
  ASSERT_GE(lists.size(), 3u);
  for (const std::string& what : lists) {
    const auto answer = call("list", io::Document().set("what", what), Context{{}, "test"});
    ASSERT_TRUE(answer) << what << ": " << answer.error().message();
    const auto table = io::parse_csv(report::to_csv((*verb)->view(answer->document)));
    ASSERT_TRUE(table) << what << ": " << table.error().message();
    EXPECT_GT(table->rows(), 0u) << what;
    for (std::size_t row = 0; row < table->rows(); ++row) EXPECT_FALSE(table->at(row, 0).empty()) << what;
  }
}

TEST(List, EnginesAreListedWithTheirSettings) {
  const auto answer = call("list", io::Document().set("what", "engines"), Context{{}, "test"});
  ASSERT_TRUE(answer) << answer.error().message();
  const std::string table = report::to_csv(verb_named("list").value()->view(answer->document));
  EXPECT_NE(table.find("synthetic,noise,"), std::string::npos) << table;
  EXPECT_NE(table.find("diffusers,weights,\"made up, or those in the folder: random, local\",random"),
            std::string::npos)
      << table;
}

}  // namespace
}  // namespace diffjoule::api
