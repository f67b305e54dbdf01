// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Every checkpoint header of data/reference against the graph of its config: names and shapes of all tensors.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/models/architecture.h"
#include "tests/models/reference_trace.h"

namespace diffjoule::reference {
namespace {

std::string data(const std::string& path) { return std::string(DIFFJOULE_SOURCE_DIR) + "/data/" + path; }

io::Document json_at(const std::string& path) {
  return io::read_file(data(path)).and_then([](const std::string& text) { return io::parse_json(text); }).value();
}

struct Case {
  std::string model, component;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data("reference"))) {
    const std::string file = entry.path().filename().string(), suffix = ".header.json";
    if (!file.ends_with(suffix)) continue;
    all.push_back({entry.path().parent_path().filename().string(), file.substr(0, file.size() - suffix.size())});
  }
  std::sort(all.begin(), all.end(),
            [](const Case& a, const Case& b) { return a.model + a.component < b.model + b.component; });
  return all;
}

class Header : public testing::TestWithParam<Case> {};

TEST_P(Header, HasTheTensorsOfTheGraph) {
  const auto& [model, component] = GetParam();
  const io::Document header = json_at("reference/" + model + "/" + component + ".header.json");
  const io::Document config = json_at("models/" + model + "/" + component + "/config.json");
  const std::string class_name = *header.find("class")->text();
  const auto architecture = models::architecture_of(class_name);
  ASSERT_TRUE(architecture.has_value()) << architecture.error().message();
  // Sizes do not change the parameters; these suit every model.
  const models::Call call{.frames = 8, .height = 64, .width = 64, .text_tokens = 2048};
  const auto graph = (*architecture)->build(config, call);
  ASSERT_TRUE(graph.has_value()) << graph.error().message();
  std::string text;
  const auto lines = differences(tensors_of(header), tensors_of(*graph));
  for (std::size_t i = 0; i < lines.size() && i < 25; ++i) text += "\n  " + lines[i];
  EXPECT_TRUE(lines.empty()) << text;
  EXPECT_EQ(to_decimal(graph->checkpoint_elements().exact()),
            std::to_string(*header.find("state_dict_elements")->integer()));
}

std::string label(const testing::TestParamInfo<Case>& tested) {
  std::string text = tested.param.model + "_" + tested.param.component;
  for (char& c : text) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return text;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Header, testing::ValuesIn(cases()), label);

}  // namespace
}  // namespace diffjoule::reference
