// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/variation.h"

#include <gtest/gtest.h>

#include "diffjoule/flops/count.h"
#include "diffjoule/models/program.h"

namespace diffjoule::models {
namespace {

const Catalogue catalogue{io::DataFiles()};

struct Denoiser {
  Graph graph;
  Call call;
};

Denoiser denoiser(const std::string& slug) {
  const Pipeline pipeline = catalogue.load(slug).value();
  const Component& component = pipeline.components.at(pipeline.denoiser);
  const Call call{.height = 64, .width = 64, .text_tokens = 77};
  return {architecture_of(component.class_name).value()->build(component.config, call).value(), call};
}

double flops_of(const Graph& graph) { return flops::count(graph).total().flops.rounded(); }

double varied_flops(const std::string& slug, const Variation& variation) {
  const Denoiser d = denoiser(slug);
  return flops_of(varied(d.graph, variation, d.call).value()) / flops_of(d.graph);
}

TEST(Variation, NothingIsChangedByDefault) { EXPECT_EQ(varied_flops("flux1-dev", {}), 1.0); }

TEST(Variation, AStepCacheLeavesWhatLiesOutsideTheBlocks) {
  EXPECT_LT(varied_flops("flux1-dev", {.cached = StepCache::Kind::whole}), 0.01);
  const double first = varied_flops("flux1-dev", {.cached = StepCache::Kind::first_block});
  EXPECT_GT(first, 0.5 / 57.0);  // 19 double and 38 single blocks
  EXPECT_LT(first, 2.0 / 57.0);
  const double deep = varied_flops("sd15", {.cached = StepCache::Kind::deep});
  EXPECT_GT(deep, 0.01);
  EXPECT_LT(deep, 0.2);
}

TEST(Variation, DeepCachesAndMergingAreForUNets) {
  const Denoiser d = denoiser("flux1-dev");
  for (const Variation& v : {Variation{.cached = StepCache::Kind::deep}, Variation{.token_merge = 0.5},
                             Variation{.control_networks = 1}, Variation{.image_prompt_tokens = 4}})
    EXPECT_FALSE(varied(d.graph, v, d.call).has_value());
}

TEST(Variation, MergedTokensLowerTheLargestSelfAttentions) {
  const double half = varied_flops("sd15", {.token_merge = 0.5}), few = varied_flops("sd15", {.token_merge = 0.25});
  EXPECT_LT(half, few);
  EXPECT_LT(few, 1.0);
}

// Two products of rank r beside a layer of m x k x n are r (k + n) / (k n) of it.
TEST(Variation, LowRankAdaptersCostTheirRank) {
  const double four = varied_flops("sdxl-base", {.lora_rank = 4}), eight = varied_flops("sdxl-base", {.lora_rank = 8});
  EXPECT_NEAR((eight - 1.0) / (four - 1.0), 2.0, 1e-9);
  EXPECT_GT(varied_flops("sdxl-base", {.lora_rank = 4, .lora_everywhere = true}), four);
}

TEST(Variation, AControlNetIsTheWayDownAgain) {
  const double one = varied_flops("sd15", {.control_networks = 1}), two = varied_flops("sd15", {.control_networks = 2});
  EXPECT_GT(one, 1.3);
  EXPECT_LT(one, 1.6);
  EXPECT_NEAR(two - 1.0, 2.0 * (one - 1.0), 1e-9);
}

TEST(Variation, AnImagePromptAddsKeysValuesAndAttention) {
  const double few = varied_flops("sd15", {.image_prompt_tokens = 4});
  EXPECT_GT(few, 1.0);
  EXPECT_LT(few, varied_flops("sd15", {.image_prompt_tokens = 16}));
}

TEST(Variation, QuantisedWeightsChangeBytesAndNoArithmetic) {
  const Denoiser d = denoiser("flux1-schnell");
  const flops::Cost plain = flops::count(d.graph).total();
  const flops::Cost quantised = flops::count(varied(d.graph, {.weights = WeightFormat::q4_0}, d.call).value()).total();
  EXPECT_EQ(plain.flops, quantised.flops);
  EXPECT_LT(quantised.bytes_ideal, plain.bytes_ideal);
  EXPECT_GT(quantised.bytes_eager, plain.bytes_eager);  // expanded, written and read again
}

}  // namespace
}  // namespace diffjoule::models
