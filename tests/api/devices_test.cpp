// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "diffjoule/api/verb.h"
#include "diffjoule/io/csv.h"
#include "tests/fakes/made_tree.h"

namespace diffjoule::api {
namespace {

using io::Document;

Result<Answer> asked(const fakes::MadeTree& tree, const std::vector<std::string>& requests = {}) {
  Document request = Document::Object{};
  if (!requests.empty()) {
    Document list = Document::Array{};
    for (const std::string& one : requests) list.push(one);
    request.set("sensor", std::move(list));
  }
  return call("devices", request, Context{{}, "test", tree.root()});
}

std::string shown(const Document& answer) { return report::to_console((*verb_named("devices"))->view(answer), {}); }

// The device of that id, or null.
Document device(const Document& answer, const std::string& id) {
  for (const Document& d : *answer.find("devices")->array()) {
    if (*d.find("device")->text() == id) return d;
  }
  return {};
}

fakes::MadeTree& with_rapl(fakes::MadeTree& tree) {
  const std::string zone = "sys/class/powercap/intel-rapl:0/";
  return tree.file(zone + "name", "package-0")
      .file(zone + "energy_uj", 5)
      .file(zone + "max_energy_range_uj", 262143328850);
}

TEST(Devices, WhatIsHereIsListedWithWhatItCanMeasure) {
  fakes::MadeTree tree;
  const auto answer = asked(with_rapl(tree));
  ASSERT_TRUE(answer) << answer.error().message();
  const Document rapl = device(answer->document, "rapl:package-0");
  ASSERT_FALSE(rapl.is_null());
  const Document& energy = rapl.find("channels")->array()->front();
  EXPECT_EQ(*energy.find("part")->text(), "cpu package");
  EXPECT_EQ(*energy.find("unit")->text(), "J");
  EXPECT_EQ(energy.find("update_period_s")->number(), 1e-3);
  EXPECT_TRUE(energy.find("missing")->is_null());
  EXPECT_GE(answer->document.find("measuring")->number(), 1.0);
  const std::string text = shown(answer->document);
  EXPECT_NE(text.find("rapl:package-0"), std::string::npos);
  EXPECT_NE(text.find("1.00 ms"), std::string::npos) << text;
  EXPECT_EQ(text.find("Nothing here measures"), std::string::npos) << text;
}

TEST(Devices, WhatCannotBeReadIsListedWithTheReasonAndTheAdvice) {
  fakes::MadeTree tree;
  with_rapl(tree).only_root_reads("sys/class/powercap/intel-rapl:0/energy_uj");
  const fakes::AsNobody nobody;
  if (!nobody.works()) GTEST_SKIP() << "only root can become nobody";
  const auto answer = asked(tree);
  ASSERT_TRUE(answer);
  const std::string text = shown(answer->document);
  EXPECT_NE(text.find("no permission to read"), std::string::npos) << text;
  EXPECT_NE(text.find("sudo chmod o+r"), std::string::npos) << text;
}

TEST(Devices, AMachineWithoutSensorsIsToldSo) {
  Document answer;
  answer.set("devices", Document::Array{}).set("measuring", 0).set("advice", Document::Array{});
  EXPECT_NE(shown(answer).find("Nothing here measures energy"), std::string::npos);
}

TEST(Devices, AModelIsListedAsAssumedAndMeasuresNothing) {
  fakes::MadeTree tree;
  tree.file("proc/stat", "cpu  1 2 3 4 5 6 7 8 0 0");
  const auto before = asked(tree), answer = asked(tree, {"model:cpu=65"});
  ASSERT_TRUE(before && answer) << answer.error().message();
  EXPECT_TRUE(*device(answer->document, "model:cpu").find("assumed")->boolean());
  EXPECT_EQ(answer->document.find("measuring")->number(), before->document.find("measuring")->number());
  EXPECT_NE(shown(answer->document).find("(assumed, not measured)"), std::string::npos);
}

TEST(Devices, ARecordingShowsTheDevicesOfAnotherMachine) {
  fakes::MadeTree tree;
  tree.file("session.jsonl",
            "{\"format\":\"diffjoule.recording\",\"version\":1,\"devices\":[{\"id\":\"GPU-1\",\"driver\":\"nvml\","
            "\"name\":\"NVIDIA "
            "H100\",\"channels\":[{\"name\":\"energy\",\"measurand\":\"energy\",\"part\":\"gpu\",\"update_period_s\":0."
            "1}]}]}\n"
            "{\"time_s\":0,\"device\":0,\"readings\":{\"energy\":1}}");
  const auto answer = asked(tree, {"replay:" + tree.at("session.jsonl")});
  ASSERT_TRUE(answer) << answer.error().message();
  EXPECT_EQ(*device(answer->document, "GPU-1").find("name")->text(), "NVIDIA H100");
}

TEST(Devices, ASensorThatCannotBeHadIsAnError) {
  const fakes::MadeTree tree;
  for (const char* request : {"nonsense", "replay:/nowhere/file", "wall:ftp://x", "model:cpu=many"})
    EXPECT_FALSE(asked(tree, {request})) << request;
}

TEST(Devices, EveryRowOfTheTableNamesItsDevice) {
  fakes::MadeTree tree;
  const auto answer = asked(with_rapl(tree), {"model"});
  ASSERT_TRUE(answer);
  const auto table = io::parse_csv(report::to_csv((*verb_named("devices"))->view(answer->document)));
  ASSERT_TRUE(table) << table.error().message();
  ASSERT_GE(table->rows(), 3u);
  for (std::size_t row = 0; row < table->rows(); ++row) EXPECT_FALSE(table->at(row, 0).empty());
}

}  // namespace
}  // namespace diffjoule::api
