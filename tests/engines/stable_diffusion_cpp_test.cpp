// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>

#include "diffjoule/engines/engine.h"
#include "tests/fakes/made_tree.h"

namespace diffjoule::engines {
namespace {

class StableDiffusionCpp : public testing::Test {
 protected:
  os::SystemClock clock;
  const std::string program = "program=" DIFFJOULE_SOURCE_DIR "/tests/fakes/sd";

  std::unique_ptr<Engine> open(std::vector<std::string> settings) {
    settings.push_back(program);
    auto engine = open_engine("stable_diffusion_cpp", settings, clock);
    EXPECT_TRUE(engine) << engine.error().message();
    return std::move(*engine);
  }
  static Task task() {
    Task t;
    t.workload.model = "sd15";
    t.workload.width = t.workload.height = 512;
    t.workload.steps = 2;
    t.prompt = "a {horse}";
    return t;
  }
};

TEST_F(StableDiffusionCpp, StagesAndTheRequestAreReadOffItsLog) {
  const auto ran = open({"model=sd-v1-4.safetensors"})->run(task());
  ASSERT_TRUE(ran) << ran.error().message();
  EXPECT_NEAR((ran->end - ran->begin).in(second), 0.11, 1e-6);  // loading is not in it
  ASSERT_EQ(ran->phases.size(), 3u);
  EXPECT_EQ(ran->phases[0].name, "encode");
  EXPECT_EQ(ran->phases[1].name, "denoise");
  EXPECT_EQ(ran->phases[2].name, "decode");
  // Its log says 0.06 s; on a busy machine the line before it may have been read late.
  const double denoise = (ran->phases[1].end - ran->phases[1].begin).in(second);
  EXPECT_LE(denoise, 0.06 + 1e-6);
  EXPECT_GT(denoise, 0.005);
  EXPECT_TRUE(ran->notes.empty()) << ran->notes.front();
}

TEST_F(StableDiffusionCpp, TheTaskIsInItsArguments) {
  const fakes::MadeTree tree;
  setenv("FAKE_SD_ARGUMENTS", tree.at("arguments").c_str(), 1);
  Task t = task();
  t.workload.guidance = 7.5;
  t.workload.batch = 3;
  t.seed = 9;
  t.workload.tiled_decoding = true;
  const auto ran = open({"model=a {b}.gguf", "vae=v.safetensors", "arguments=--type 'q8 0'"})->run(t);
  unsetenv("FAKE_SD_ARGUMENTS");
  ASSERT_TRUE(ran) << ran.error().message();
  std::ifstream file(tree.at("arguments"));
  std::string said;
  for (std::string line; std::getline(file, line);)
    said += (line.find("output.png") == std::string::npos ? line : "OUTPUT") + "|";
  EXPECT_EQ(said,
            "-p|a {horse}|-o|OUTPUT|-m|a {b}.gguf|--vae|v.safetensors|--type|q8 0|-s|9|-b|3|-W|512|-H|512|--steps|2|"
            "--cfg-scale|7.5|--vae-tiling|");
}

TEST_F(StableDiffusionCpp, ItsFailuresAreTold) {
  const auto engine = open({"model=m"});
  Task large = task(), bad = task();
  large.prompt = "too large";
  bad.prompt = "bad";
  EXPECT_EQ(engine->run(large).error().code(), ErrorCode::exhausted);
  const Error error = engine->run(bad).error();
  EXPECT_EQ(error.code(), ErrorCode::unavailable);
  EXPECT_NE(error.message().find("unknown argument"), std::string::npos);
}

TEST_F(StableDiffusionCpp, WithoutWeightsItIsRefused) {
  const auto engine = open_engine("stable_diffusion_cpp", {}, clock);
  ASSERT_FALSE(engine);
  EXPECT_NE(engine.error().message().find("no weights were given"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::engines
