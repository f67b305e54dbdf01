// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/program.h"

#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/flops/count.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/toml.h"

namespace diffjoule::models {
namespace {

const Catalogue catalogue{io::DataFiles()};

Result<Settings> settled(const Workload& workload) { return settle(catalogue.find(workload.model).value(), workload); }

PlannedPhase denoiser(const Workload& workload) {
  static Pipeline pipeline;  // outlives the phase
  pipeline = catalogue.find(workload.model).value();
  const auto phases = plan(pipeline, settle(pipeline, workload).value()).value().phases;
  return phases[phases.size() - 2];
}

TEST(Program, CountsAsOthersPublished) {
  const io::Document list =
      io::parse_toml(io::read_file(std::string(DIFFJOULE_SOURCE_DIR) + "/data/reference/published.toml").value())
          .value();
  for (const io::Document& entry : *list.find("count")->array()) {
    const auto integer = [&entry](const char* key) { return *entry.find(key)->integer(); };
    const Pipeline pipeline = catalogue.load(*entry.find("model")->text()).value();
    const Component& component = pipeline.components.at(pipeline.denoiser);
    const Call call{.height = integer("height"), .width = integer("width"), .text_tokens = integer("text_tokens")};
    const Graph graph = architecture_of(component.class_name).value()->build(component.config, call).value();
    const std::string& gmacs = *entry.find("gmacs")->text();
    const double unit = std::pow(10.0, -static_cast<double>(gmacs.size() - gmacs.find('.') - 1));
    EXPECT_NEAR(flops::count(graph).total().flops.rounded() / 2e9, std::stod(gmacs), unit)
        << *entry.find("source")->text();
  }
}

TEST(Program, GuidanceRunsAsThePipelineRunsIt) {
  const auto runs = [](const Workload& w) { return std::pair(denoiser(w).evaluations, denoiser(w).call.batch); };
  EXPECT_EQ(runs({.model = "sd15", .steps = 20}), std::pair(std::int64_t{21}, std::int64_t{2}));
  EXPECT_EQ(runs({.model = "sd15", .steps = 20, .batch = 3}), std::pair(std::int64_t{21}, std::int64_t{6}));
  EXPECT_EQ(runs({.model = "sd15", .steps = 20, .classifier_free = false}),
            std::pair(std::int64_t{21}, std::int64_t{1}));
  EXPECT_EQ(runs({.model = "sd15", .steps = 20, .guidance = 1.0}), std::pair(std::int64_t{21}, std::int64_t{1}));
  EXPECT_EQ(runs({.model = "qwen-image", .steps = 20}), std::pair(std::int64_t{40}, std::int64_t{1}));
  EXPECT_EQ(runs({.model = "flux1-dev", .steps = 20}), std::pair(std::int64_t{20}, std::int64_t{1}));
  EXPECT_EQ(runs({.model = "flux1-dev", .steps = 20, .classifier_free = true}),
            std::pair(std::int64_t{40}, std::int64_t{1}));
  EXPECT_EQ(runs({.model = "flux1-schnell"}), std::pair(std::int64_t{4}, std::int64_t{1}));
  EXPECT_EQ(runs({.model = "sdxl-turbo"}), std::pair(std::int64_t{1}, std::int64_t{1}));
}

TEST(Program, TheNegativePromptIsEncodedToo) {
  const Pipeline pipeline = catalogue.find("sdxl-base").value();
  EXPECT_EQ(plan(pipeline, settle(pipeline, {.model = "sdxl-base"}).value())->phases.front().evaluations, 2);
  EXPECT_EQ(
      plan(pipeline, settle(pipeline, {.model = "sdxl-base", .classifier_free = false}).value())->phases.front().evaluations,
      1);
}

TEST(Program, SdxlDecodesHalfPrecisionInFloat32) {
  const Pipeline pipeline = catalogue.find("sdxl-base").value();
  EXPECT_EQ(
      plan(pipeline, settle(pipeline, {.model = "sdxl-base", .dtype = DType::float16}).value())->phases.back().call.dtype,
      DType::float32);
  EXPECT_EQ(
      plan(pipeline, settle(pipeline, {.model = "sdxl-base", .dtype = DType::bfloat16}).value())->phases.back().call.dtype,
      DType::bfloat16);
}

TEST(Program, RoundsWhereThePipelineRoundsAndSaysSo) {
  const Settings s = settled({.model = "flux1-dev", .width = 1000, .height = 1016}).value();
  EXPECT_EQ(s.width, 992);
  EXPECT_EQ(s.height, 1008);
  EXPECT_EQ(s.notes.size(), 2U);
}

TEST(Program, RefusesWhatThePipelineRefusesWithTheNeighbours) {
  const auto odd = settled({.model = "sd15", .width = 513});
  ASSERT_FALSE(odd.has_value());
  for (const char* part : {"513", "512", "520"})
    EXPECT_NE(odd.error().message().find(part), std::string::npos) << odd.error().message();
  EXPECT_FALSE(settled({.model = "sd15", .text_tokens = 100}).has_value());
  EXPECT_FALSE(settled({.model = "flux1-dev", .text_tokens = 513}).has_value());
  EXPECT_FALSE(settled({.model = "sd15", .frames = 16}).has_value());
}

TEST(Program, TextThatGrowsTakesItsEncoderAlong) {
  const Pipeline pipeline = catalogue.find("sd3-medium").value();
  const auto phases = plan(pipeline, settle(pipeline, {.model = "sd3-medium", .text_tokens = 589}).value()).value().phases;
  EXPECT_EQ(phases[0].call.text_tokens, 77);
  EXPECT_EQ(phases[2].call.text_tokens, 512);
}

TEST(Program, OddLatentSizesOfUNetsAreCounted) {
  const Pipeline pipeline = catalogue.find("sd15").value();
  const Settings s = settle(pipeline, {.model = "sd15", .width = 520, .height = 600}).value();
  EXPECT_TRUE(program({{&pipeline, s}}).has_value());
}

}  // namespace
}  // namespace diffjoule::models
