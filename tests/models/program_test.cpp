// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/program.h"

#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/flops/count.h"
#include "diffjoule/io/file.h"
#include "diffjoule/io/toml.h"
#include "diffjoule/models/pipeline_shelf.h"

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
  EXPECT_EQ(plan(pipeline, settle(pipeline, {.model = "sdxl-base", .classifier_free = false}).value())
                ->phases.front()
                .evaluations,
            1);
}

TEST(Program, SdxlDecodesHalfPrecisionInFloat32) {
  const Pipeline pipeline = catalogue.find("sdxl-base").value();
  EXPECT_EQ(plan(pipeline, settle(pipeline, {.model = "sdxl-base", .dtype = DType::float16}).value())
                ->phases.back()
                .call.dtype,
            DType::float32);
  EXPECT_EQ(plan(pipeline, settle(pipeline, {.model = "sdxl-base", .dtype = DType::bfloat16}).value())
                ->phases.back()
                .call.dtype,
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
  const auto phases =
      plan(pipeline, settle(pipeline, {.model = "sd3-medium", .text_tokens = 589}).value()).value().phases;
  EXPECT_EQ(phases[0].call.text_tokens, 77);
  EXPECT_EQ(phases[2].call.text_tokens, 512);
}

TEST(Program, OddLatentSizesOfUNetsAreCounted) {
  const Pipeline pipeline = catalogue.find("sd15").value();
  const Settings s = settle(pipeline, {.model = "sd15", .width = 520, .height = 600}).value();
  EXPECT_TRUE(program({{&pipeline, s}}).has_value());
}

std::vector<Pass> passes_of(const Workload& workload) {
  static PipelineShelf shelf{catalogue};
  return passes([](const std::string& name) { return shelf.find(name); }, workload).value();
}

double request_flops(const Workload& workload) {
  return flops::count(program(passes_of(workload)).value()).total().flops.rounded();
}

TEST(Program, TwoExpertsShareTheSteps) {
  const Program p = program(passes_of({.model = "wan2.2-t2v-a14b", .width = 320, .height = 320, .frames = 5})).value();
  std::int64_t high = 0, low = 0;
  for (const Phase& phase : p.phases) {
    if (phase.component == "transformer") high += phase.evaluations;
    if (phase.component == "transformer_2") low += phase.evaluations;
  }
  EXPECT_EQ(high, 2 * 13);  // of 40 steps at the scheduler's shift of 3, each with guidance
  EXPECT_EQ(low, 2 * 27);
}

TEST(Program, FramesClimbInStairs) {
  const auto at = [](std::int64_t frames) {
    return request_flops({.model = "hunyuanvideo", .width = 320, .height = 320, .frames = frames, .steps = 1});
  };
  EXPECT_EQ(at(5), at(8));
  EXPECT_LT(at(8), at(9));
}

TEST(Program, ImageToImageRunsItsShareAndEncodes) {
  const Workload whole{.model = "sdxl-base"}, part{.model = "sdxl-base", .strength = 0.5};
  EXPECT_LT(request_flops(part), 0.6 * request_flops(whole));
  EXPECT_EQ(passes_of(part)[0].settings.encodes_image, true);
}

TEST(Program, ARefinerTakesTheLastStepsOver) {
  const auto both = passes_of({.model = "sdxl-base", .steps = 50, .refiner = "sdxl-refiner", .refiner_from = 0.8});
  ASSERT_EQ(both.size(), 2U);
  const Program p = program(both).value();
  std::vector<std::int64_t> evaluations;
  for (const Phase& phase : p.phases) {
    if (phase.stage == Stage::denoise) evaluations.push_back(phase.evaluations);
  }
  EXPECT_EQ(evaluations, (std::vector<std::int64_t>{40, 10}));
}

TEST(Program, LimitedGuidanceRunsTheSecondPassInItsInterval) {
  const double all = request_flops({.model = "qwen-image"});
  const double half = request_flops({.model = "qwen-image", .guidance_from = 0.25, .guidance_to = 0.75});
  EXPECT_NEAR(half / all, 0.75, 0.02);
}

TEST(Program, AHighResolutionPassComesOnTop) {
  const auto two = passes_of({.model = "sdxl-base", .high_resolution = HighResolution{1.5, 0.5, std::nullopt}});
  ASSERT_EQ(two.size(), 2U);
  EXPECT_EQ(two[1].settings.width, 1536);
  EXPECT_FALSE(two[0].settings.decodes);
}

TEST(Program, TilesOverlapAndCostMore) {
  const Workload plain{.model = "sd15", .width = 1024, .height = 1024, .steps = 1};
  Workload tiled = plain;
  tiled.tiled_decoding = true;
  const auto decode = [](const Workload& w) {
    double convolutions = 0.0;
    const Program p = program(passes_of(w)).value();
    for (const Phase& phase : p.phases) {
      if (phase.stage == Stage::decode)
        convolutions += flops::count(phase)[flops::OpClass::convolution].flops.rounded();
    }
    return convolutions;
  };
  EXPECT_GT(decode(tiled), 1.2 * decode(plain));
}

TEST(Program, ManyImagesOfOnePromptEncodeItsTextOnce) {
  const Program p = program(passes_of({.model = "sd15", .images_per_prompt = 4})).value();
  EXPECT_EQ(p.items, 4);
  EXPECT_EQ(p.phases.front().batch, 1);
}

TEST(Program, CombinationsThatMeanNothingAreRefused) {
  for (const Workload& w :
       {Workload{.model = "flux1-dev", .guidance_to = 0.5}, Workload{.model = "flux1-dev", .negative_text_tokens = 20},
        Workload{.model = "sd15", .parallelism = {Parallelism::Scheme::none, 2}},
        Workload{.model = "svd", .strength = 0.5}}) {
    EXPECT_FALSE(settled(w).has_value()) << w.model;
  }
}

}  // namespace
}  // namespace diffjoule::models
