// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/workload/document.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "diffjoule/io/json.h"

namespace diffjoule {
namespace {

using io::Document;

// Every member of a workload, changed from its standard.
const std::vector<std::pair<std::string, std::function<void(Workload&)>>>& changes() {
  static const std::vector<std::pair<std::string, std::function<void(Workload&)>>> all{
      {"model", [](Workload& w) { w.model = "flux1-dev"; }},
      {"width", [](Workload& w) { w.width = 768; }},
      {"height", [](Workload& w) { w.height = 640; }},
      {"frames", [](Workload& w) { w.frames = 49; }},
      {"steps", [](Workload& w) { w.steps = 28; }},
      {"batch", [](Workload& w) { w.batch = 4; }},
      {"guidance", [](Workload& w) { w.guidance = 0.1 + 0.2; }},
      {"cfg", [](Workload& w) { w.classifier_free = false; }},
      {"text_tokens", [](Workload& w) { w.text_tokens = 0; }},
      {"dtype", [](Workload& w) { w.dtype = DType::float32; }},
      {"images_per_prompt", [](Workload& w) { w.images_per_prompt = 2; }},
      {"scheduler", [](Workload& w) { w.scheduler = "a \"scheduler\""; }},
      {"strength", [](Workload& w) { w.strength = 1.0; }},
      {"inpaint", [](Workload& w) { w.inpaint = true; }},
      {"guidance_from", [](Workload& w) { w.guidance_from = 0.25; }},
      {"guidance_to", [](Workload& w) { w.guidance_to = 0.75; }},
      {"negative_tokens", [](Workload& w) { w.negative_text_tokens = 1; }},
      {"step_cache",
       [](Workload& w) {
         w.step_cache = {StepCache::Kind::deep, 0.0};
       }},
      {"cache_skip",
       [](Workload& w) {
         w.step_cache = {StepCache::Kind::whole, 0.5};
       }},
      {"token_merge", [](Workload& w) { w.token_merge = 0.5; }},
      {"lora_rank", [](Workload& w) { w.lora_rank = 16; }},
      {"lora_everywhere", [](Workload& w) { w.lora_everywhere = true; }},
      {"controlnets", [](Workload& w) { w.control_networks = 2; }},
      {"t2i_adapters", [](Workload& w) { w.t2i_adapters = 1; }},
      {"image_prompt_tokens", [](Workload& w) { w.image_prompt_tokens = 16; }},
      {"refiner", [](Workload& w) { w.refiner = "sdxl-refiner"; }},
      {"refiner_from", [](Workload& w) { w.refiner_from = 0.5; }},
      {"hires",
       [](Workload& w) {
         w.high_resolution = HighResolution{1.5, 0.5, std::nullopt};
       }},
      {"hires_strength",
       [](Workload& w) {
         w.high_resolution = HighResolution{2.0, 0.25, std::nullopt};
       }},
      {"hires_steps",
       [](Workload& w) {
         w.high_resolution = HighResolution{2.0, 0.5, 7};
       }},
      {"tiled_decode", [](Workload& w) { w.tiled_decoding = true; }},
      {"weights", [](Workload& w) { w.weights = WeightFormat::q4_k; }},
      {"parallel", [](Workload& w) { w.parallelism.scheme = Parallelism::Scheme::tensor; }},
      {"devices", [](Workload& w) { w.parallelism.devices = 8; }}};
  return all;
}

TEST(WorkloadDocument, WhatFollowsTheDefaultsIsLeftOut) {
  EXPECT_EQ(canonical_key(Workload{}), "{}");
  EXPECT_EQ(workload_from(Document(Document::Object{})).value(), Workload{});
}

TEST(WorkloadDocument, EveryMemberComesBackByItsName) {
  for (const auto& [name, change] : changes()) {
    Workload changed;
    change(changed);
    const Document document = to_document(changed);
    EXPECT_NE(document.find(name), nullptr) << name;
    EXPECT_EQ(workload_from(document).value(), changed) << name;
    // Through text, as stores and engines have it.
    EXPECT_EQ(workload_from(io::parse_json(canonical_key(changed)).value()).value(), changed) << name;
  }
}

TEST(WorkloadDocument, KeysAreEqualWhereWorkloadsAreAndOnlyThere) {
  std::mt19937 random(20261129);
  std::vector<Workload> some{Workload{}};
  for (int i = 0; i < 300; ++i) {
    Workload w = some[random() % some.size()];
    changes()[random() % changes().size()].second(w);
    some.push_back(w);
  }
  for (const Workload& a : some) {
    EXPECT_EQ(workload_from(to_document(a)).value(), a);
    for (const Workload& b : some) EXPECT_EQ(a == b, canonical_key(a) == canonical_key(b)) << canonical_key(a);
  }
}

TEST(WorkloadDocument, MembersAreSetFromTextAsPeopleTypeIt) {
  Workload w;
  for (const auto& [name, text] : {std::pair("steps", "30"),
                                   {"dtype", "bf16"},
                                   {"cfg", "yes"},
                                   {"guidance", "7.5"},
                                   {"weights", "q4_k"},
                                   {"step_cache", "first-block"},
                                   {"parallel", "ring"}})
    EXPECT_TRUE(set_member(w, name, text)) << name;
  EXPECT_EQ(w.steps, 30);
  EXPECT_EQ(w.dtype, DType::bfloat16);
  EXPECT_EQ(w.classifier_free, true);
  EXPECT_EQ(w.guidance, 7.5);
  EXPECT_EQ(w.weights, WeightFormat::q4_k);
  EXPECT_EQ(w.step_cache->kind, StepCache::Kind::first_block);
  EXPECT_EQ(w.parallelism.scheme, Parallelism::Scheme::ring);
}

TEST(WorkloadDocument, AnErrorNamesTheMemberAndQuotesWhatWasFound) {
  const auto says = [](const std::string& name, const Document& value, const std::string& words) {
    Workload w;
    const auto status = set_member(w, name, value);
    ASSERT_FALSE(status) << name;
    EXPECT_EQ(status.error().code(), ErrorCode::invalid_argument);
    EXPECT_EQ(status.error().message(), words);
  };
  says("steps", "many", "steps: found \"many\", a whole number is meant");
  says("steps", 1.5, "steps: found a number, a whole number is meant");
  says("guidance", "7,5", "guidance: found \"7,5\", a number is meant");
  says("cfg", "perhaps", "cfg: found \"perhaps\", yes or no is meant");
  says("dtype", "bf61", "dtype: found \"bf61\", a number format such as bf16 is meant");
  says("model", 5, "model: found an integer, a name is meant");
  says("step_cache", "tea", "step_cache: found \"tea\", one of whole, first-block, deep is meant");
  says("setps", 5, "no member of a workload named \"setps\"; did you mean \"steps\"?");
}

TEST(WorkloadDocument, WhatIsNoObjectOrHasAnUnknownMemberIsAnError) {
  EXPECT_FALSE(workload_from(Document("sd15")));
  const auto unknown = workload_from(io::parse_json(R"({"model": "sd15", "with": 512})").value());
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message().rfind("workload: no member of a workload named \"with\"", 0), 0u)
      << unknown.error().message();
}

}  // namespace
}  // namespace diffjoule
