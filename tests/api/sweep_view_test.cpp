// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/sweep_view.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "diffjoule/api/verb.h"
#include "diffjoule/io/file.h"
#include "diffjoule/store/store.h"
#include "tests/fakes/made_tree.h"

namespace diffjoule::api {
namespace {

using io::Document;

Document list(const std::vector<std::string>& texts) {
  Document d = Document::Array{};
  for (const std::string& text : texts) d.push(text);
  return d;
}

const Context& context() {
  static const fakes::MadeTree bare;  // a machine without a sensor
  static const Context c{{}, "test", bare.root()};
  return c;
}

// Runs of some milliseconds.
Document request(const std::string& store) {
  Document r;
  r.set("model", list({"sd15"})).set("engine", "synthetic").set("store", store).set("repeat", 2).set("name", "test");
  r.set("axis", list({"steps=1,2", "resolution=256,512"})).set("baseline", "0s");
  return std::move(r.set("set", list({"start=0.001", "evaluation=0.001"})));
}

std::string shown(const Document& answer) { return report::to_console(sweep_page(answer), {}); }

TEST(Sweep, AnAnswerHasTrialsConfigurationsAndSums) {
  fakes::MadeTree tree;
  const auto answer = call("sweep", request(tree.at("store.db")).set("csv", tree.at("runs.csv")), context());
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_FALSE(answer->partial);
  EXPECT_EQ(answer->document.find("trials")->array()->size(), 8u);
  EXPECT_EQ(answer->document.find("configurations")->array()->size(), 4u);
  EXPECT_EQ(*answer->document.at_path("sums.trials")->integer(), 8);
  EXPECT_EQ(*answer->document.find("ran_now")->integer(), 8);
  EXPECT_TRUE(*answer->document.find("complete")->boolean());
  const std::string page = shown(answer->document);
  for (const char* words : {"resolution", "512px", "8 runs, 0 of them failed", "8 runs in this session"})
    EXPECT_NE(page.find(words), std::string::npos) << page;
  const auto table = io::read_file(tree.at("runs.csv"));
  ASSERT_TRUE(table);
  EXPECT_EQ(std::count(table->begin(), table->end(), '\n'), 9);
  const auto again = call("sweep", request(tree.at("store.db")), context());
  ASSERT_TRUE(again);
  EXPECT_EQ(*again->document.find("ran_now")->integer(), 0);
  EXPECT_EQ(again->document.find("trials")->array()->size(), 8u);
}

TEST(Sweep, AFailureIsShownWithItsReason) {
  fakes::MadeTree tree;
  const auto answer = call(
      "sweep", request(tree.at("store.db")).set("set", list({"start=0.001", "evaluation=0.001", "most_pixels=100000"})),
      context());
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_TRUE(answer->partial);
  EXPECT_NE(shown(answer->document).find("out of memory: an image of 262144 pixels"), std::string::npos);
}

TEST(Sweep, ADryRunCountsAndRunsNothing) {
  fakes::MadeTree tree;
  const auto answer = call("sweep", request(tree.at("store.db")).set("dry-run", true), context());
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(answer->document.find("planned")->array()->size(), 4u);
  EXPECT_EQ(*answer->document.find("runs")->integer(), 8);
  EXPECT_NE(shown(answer->document).find("TFLOP"), std::string::npos);
  EXPECT_FALSE(io::read_file(tree.at("store.db")));
  const auto unknown =
      call("sweep", request(tree.at("store.db")).set("dry-run", true).set("model", list({"sd155"})), context());
  ASSERT_TRUE(unknown);
  EXPECT_TRUE(unknown->partial);
  EXPECT_NE(shown(unknown->document).find("sd155"), std::string::npos);
}

TEST(Sweep, SharesMergedAreTheWhole) {
  fakes::MadeTree tree;
  for (const char* part : {"1/2", "2/2"}) {
    const std::string store = tree.at(std::string("part-") + part[0] + ".db");
    ASSERT_TRUE(call("sweep", request(store).set("part", part), context()));
  }
  Document merge;
  merge.set("stores", list({tree.at("all.db"), tree.at("part-1.db"), tree.at("part-2.db")}));
  const auto merged = call("merge", merge, context());
  ASSERT_TRUE(merged) << merged.error().message();
  EXPECT_EQ(*merged->document.find("added")->integer(), 8);
  const auto twice = call("merge", merge, context());
  ASSERT_TRUE(twice);
  EXPECT_EQ(*twice->document.find("added")->integer(), 0);
  EXPECT_FALSE(twice->partial);
  const auto whole = call("sweep", request(tree.at("all.db")), context());
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_EQ(*whole->document.find("ran_now")->integer(), 0);
  EXPECT_EQ(whole->document.find("trials")->array()->size(), 8u);
}

TEST(Sweep, AStoreIsNotMergedIntoItself) {
  fakes::MadeTree tree;
  ASSERT_TRUE(store::Store::open(tree.at("one.db")));
  tree.link("same.db", tree.at("one.db"));
  Document merge;
  merge.set("stores", list({tree.at("one.db"), tree.at("same.db")}));
  EXPECT_FALSE(call("merge", merge, context()));
  merge.set("stores", list({tree.at("one.db"), tree.at("none.db")}));
  EXPECT_FALSE(call("merge", merge, context()));
  merge.set("stores", list({tree.at("one.db")}));
  EXPECT_FALSE(call("merge", merge, context()));
}

}  // namespace
}  // namespace diffjoule::api
