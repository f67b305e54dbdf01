// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Every component of the catalogue against what PyTorch did with it: data/reference, by the calls of each calls.toml.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "diffjoule/flops/count.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/io/toml.h"
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/pipeline.h"
#include "tests/models/reference_trace.h"

namespace diffjoule::reference {
namespace {

// How far calls and elements of operators other than matrix products may be from the trace, as a fraction, where
// calls.toml does not say `others_within`.
constexpr double elementwise_tolerance = 0.01;

struct Case {
  std::string model, component, trace;
  double others_within;
  models::Call call;
};

std::string data(const std::string& path) { return std::string(DIFFJOULE_SOURCE_DIR) + "/data/" + path; }

io::Document json_at(const std::string& path) {
  const auto parsed = io::read_file(data(path)).and_then([](const std::string& text) { return io::parse_json(text); });
  EXPECT_TRUE(parsed.has_value()) << path << ": " << (parsed ? "" : parsed.error().message());
  return parsed.value_or(io::Document());
}

std::vector<Case> cases_of(const std::string& model) {
  const io::Document list = io::parse_toml(io::read_file(data("reference/" + model + "/calls.toml")).value()).value();
  std::vector<Case> all;
  for (const io::Document& entry : *list.find("call")->array()) {
    const auto integer = [&entry](const char* key, std::int64_t otherwise) {
      return entry.find(key) == nullptr ? otherwise : *entry.find(key)->integer();
    };
    Case c{model, *entry.find("component")->text(), *entry.find("trace")->text(), elementwise_tolerance, {}};
    c.call.frames = integer("frames", 1);
    c.call.height = integer("height", 0);
    c.call.width = integer("width", 0);
    c.call.text_tokens = integer("text_tokens", 0);
    c.call.dtype = DType::float32;  // what the traces were recorded in
    if (c.trace.ends_with(".decode")) c.call.direction = models::Call::Direction::decode;
    if (c.trace.ends_with(".encode")) c.call.direction = models::Call::Direction::encode;
    if (const auto* loose = entry.find("others_within"); loose != nullptr) c.others_within = loose->number();
    all.push_back(c);
  }
  return all;
}

std::vector<Case> cases() {
  std::vector<std::string> models;
  for (const auto& folder : std::filesystem::directory_iterator(data("reference"))) {
    if (std::filesystem::exists(folder.path() / "calls.toml")) models.push_back(folder.path().filename().string());
  }
  std::sort(models.begin(), models.end());
  std::vector<Case> all;
  for (const std::string& model : models) {
    for (Case& c : cases_of(model)) all.push_back(std::move(c));
  }
  return all;
}

class Reference : public testing::TestWithParam<Case> {
 protected:
  Graph graph() const {
    const models::Catalogue catalogue{io::DataFiles()};
    const models::Pipeline pipeline = catalogue.load(GetParam().model).value();
    models::Component component = pipeline.components.at(GetParam().component);
    component.config.set("expand_timesteps", false);  // the traces were recorded with one timestep a sample
    const auto architecture = models::architecture_of(component.class_name);
    EXPECT_TRUE(architecture.has_value()) << architecture.error().message();
    auto built = (*architecture)->build(component.config, GetParam().call);
    EXPECT_TRUE(built.has_value()) << built.error().message();
    return std::move(built).value_or(Graph());
  }
  io::Document trace() const {
    return json_at("reference/" + GetParam().model + "/" + GetParam().trace + ".trace.json");
  }
};

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (std::size_t i = 0; i < lines.size() && i < 25; ++i) text += "\n  " + lines[i];
  return text;
}

TEST_P(Reference, EveryMatrixOperationIsThere) {
  const auto lines = differences(matrices_of(trace()), matrices_of(graph()));
  EXPECT_TRUE(lines.empty()) << joined(lines);
}

TEST_P(Reference, MultiplyAddsAndParametersAreExact) {
  const Graph built = graph();
  const io::Document there = trace();
  const auto count = [&there](const char* key) { return static_cast<WideInteger>(*there.find(key)->integer()); };
  EXPECT_EQ(to_decimal(flops::count(built).total().flops.exact()), to_decimal(2 * count("total_macs")));
  EXPECT_EQ(to_decimal(built.learnable_parameters().exact()), to_decimal(count("parameters")));
}

TEST_P(Reference, EveryOtherOperatorIsThereWithinItsTolerance) {
  const auto lines = differences(others_of(trace()), others_of(graph()), GetParam().others_within);
  EXPECT_TRUE(lines.empty()) << joined(lines);
}

TEST_P(Reference, EveryTensorOfTheCheckpointHasItsNameAndShape) {
  const std::string path = "reference/" + GetParam().model + "/" + GetParam().component + ".header.json";
  if (!io::read_file(data(path)).has_value()) GTEST_SKIP() << "no header was recorded for this component";
  const io::Document header = json_at(path);
  const Graph built = graph();
  const auto lines = differences(tensors_of(header), tensors_of(built));
  EXPECT_TRUE(lines.empty()) << joined(lines);
  EXPECT_EQ(to_decimal(built.checkpoint_elements().exact()),
            std::to_string(*header.find("state_dict_elements")->integer()));
}

std::string label(const testing::TestParamInfo<Case>& info) {
  std::string text = info.param.model + "_" + info.param.trace;
  for (char& c : text) c = std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return text;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, Reference, testing::ValuesIn(cases()), label);

}  // namespace
}  // namespace diffjoule::reference
