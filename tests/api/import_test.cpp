// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "diffjoule/api/verb.h"
#include "diffjoule/dataset/measurements.h"
#include "diffjoule/io/file.h"
#include "diffjoule/store/store.h"

namespace diffjoule::api {
namespace {

using io::Document;
const Context context{{}, "test"};

std::string sample(const std::string& name) { return DIFFJOULE_SOURCE_DIR "/data/samples/" + name; }

// A place that is not there yet.
std::string fresh(const std::string& name) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const std::string path =
      testing::TempDir() + "diffjoule_import_" + std::to_string(::getpid()) + "_" + test->name() + "_" + name;
  std::filesystem::remove(path);
  return path;
}

Document files(const std::vector<std::string>& names) {
  Document list = Document::Array{};
  for (const std::string& name : names) list.push(sample(name));
  return Document().set("files", std::move(list));
}

TEST(Import, RecordsAreInTheStoreOnce) {
  const std::string path = fresh("s.db");
  const Document request = files({"emissions_v2.csv", "zeus.csv"}).set("store", path);
  const auto first = call("import", request, context);
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_FALSE(first->partial);
  ASSERT_EQ(first->document.find("taken")->array()->size(), 2u);
  const auto again = call("import", request, context);
  ASSERT_TRUE(again);
  EXPECT_EQ(*again->document.find("taken")->array()->front().find("kept")->text(), "there already");
  auto store = store::Store::open(path);
  const auto all = store->list();
  ASSERT_EQ(all->size(), 2u);
  for (const store::Stored& s : *all) {
    EXPECT_EQ(s.state, store::State::ended);
    EXPECT_FALSE(s.document.find("boundary")->text()->empty());
    EXPECT_FALSE(s.document.find("caveats")->array()->empty());
  }
}

TEST(Import, ADryRunLeavesNoStore) {
  const std::string path = fresh("s.db");
  const auto answer = call("import", files({"zeus.csv"}).set("store", path).set("dry-run", true), context);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->document.find("taken")->array()->size(), 1u);
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(Import, RowsAreReadByTheDataset) {
  const std::string path = fresh("rows.csv");
  const auto answer =
      call("import", files({"mlenergy_v3.json", "mlenergy_v2.json"}).set("dry-run", true).set("output", path), context);
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_TRUE(answer->partial);  // a configuration of the sample has a negative energy
  dataset::Observer observer(models::Catalogue(context.data), GpuCatalogue(context.data));
  const auto data = dataset::read({{"rows.csv", io::read_file(path).value()}}, observer, false);
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_EQ(data->rows, 3u);
  EXPECT_EQ(data->observations.size(), 3u) << (data->left_out.empty() ? "" : data->left_out[0].reason);
}

TEST(Import, WhatIsRefusedOrImplausibleMakesTheAnswerPartial) {
  const auto answer = call("import", files({"ai_energy_score.csv"}).set("dry-run", true), context);
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->partial);
  const auto& refused = *answer->document.find("refused")->array();
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_NE(refused[0].find("where")->text()->find("line 3"), std::string::npos);
}

TEST(Import, AStoreThatIsNoneIsAnErrorWithAdvice) {
  const std::string path = fresh("notes.txt");
  ASSERT_TRUE(io::write_file(path, std::string(3000, 'n')));
  const auto answer = call("import", files({"zeus.csv"}).set("store", path), context);
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message().find("--store"), std::string::npos);
}

TEST(Import, PrometheusWithoutAFetcherSaysHowToDoItByHand) {
  const auto ask = [](const Document& request) {
    const auto answer = call("import", request, context);
    return answer ? std::string() : answer.error().message();
  };
  Document request = Document().set("prometheus", "http://127.0.0.1:9090").set("dry-run", true);
  EXPECT_NE(ask(request).find("--query"), std::string::npos);
  request.set("query", "DCGM_FI_DEV_POWER_USAGE").set("from", "2026-11-28T10:00:00Z");
  EXPECT_NE(ask(request).find("--to"), std::string::npos);
  request.set("to", "2026-11-28T10:10:00Z");
  EXPECT_NE(ask(request).find("start=1795860000"), std::string::npos) << ask(request);
}

TEST(Import, NoFileIsAnError) { EXPECT_FALSE(call("import", Document::Object{}, context)); }

TEST(Import, TheViewShowsWhatIsMissing) {
  const auto answer = call("import", files({"sd_cpp.log", "emissions.csv"}).set("dry-run", true), context);
  ASSERT_TRUE(answer);
  const std::string text = report::to_console((*verb_named("import"))->view(answer->document), {});
  for (const char* words : {"times only", "0 kWh", "dram"}) EXPECT_NE(text.find(words), std::string::npos) << words;
}

}  // namespace
}  // namespace diffjoule::api
