// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// How the user's Python is started and given its modules. What they do there, diffusers_worker_test.py and
// diffusers_pipelines_test.py look at.
#include <gtest/gtest.h>

#include "diffjoule/engines/diffusers_scripts.h"
#include "diffjoule/engines/engine.h"

namespace diffjoule::engines {
namespace {

const std::string fakes = DIFFJOULE_SOURCE_DIR "/tests/fakes/";

TEST(Diffusers, PythonIsGivenItsModulesAndSaysWhatItLacks) {
  os::SystemClock clock;
  auto engine = open_engine("diffusers", {"python=" + fakes + "bare_python", "attention=math"}, clock);
  ASSERT_TRUE(engine) << engine.error().message();
  for (int twice = 0; twice < 2; ++twice) {
    const auto device = (*engine)->device();
    ASSERT_FALSE(device);
    EXPECT_NE(device.error().message().find("needs torch, diffusers, transformers and accelerate"), std::string::npos)
        << device.error().message();
  }
}

TEST(Diffusers, ModulesComeInTheOrderInWhichTheyImportEachOther) {
  std::string before;
  for (const io::EmbeddedFile& file : diffusers_scripts()) {
    for (const io::EmbeddedFile& other : diffusers_scripts()) {
      const std::string name(other.path.substr(0, other.path.rfind('.')));
      if (file.bytes.find("from " + name + " import") != std::string_view::npos) {
        EXPECT_NE(before.find(name), std::string::npos) << file.path;
      }
    }
    before += std::string(file.path) + " ";
  }
  EXPECT_NE(before.find("diffjoule_worker.py"), std::string::npos);
}

TEST(Diffusers, SettingsAreOptionsOfTheProgram) {
  os::SystemClock clock;
  // What is no option there, argparse refuses and ends; this one it would not get as far as to say that torch lacks.
  for (const char* setting : {"tf32=yes", "attention=flash", "compile=yes", "offload=sequential", "vae_tiling=yes",
                              "device=cpu", "threads=2", "dtype=bfloat16", "model=/nowhere"}) {
    auto engine = open_engine("diffusers", {"python=" + fakes + "bare_python", setting}, clock);
    ASSERT_TRUE(engine) << engine.error().message();
    EXPECT_NE((*engine)->device().error().message().find("needs torch"), std::string::npos) << setting;
  }
}

TEST(Diffusers, WhatCannotBeMeantIsRefused) {
  os::SystemClock clock;
  const auto error = [&clock](const std::string& setting) {
    const auto engine = open_engine("diffusers", {setting}, clock);
    EXPECT_FALSE(engine) << setting;
    return engine ? "" : engine.error().message();
  };
  EXPECT_EQ(error("weights=local"), "engine diffusers: weights=local: of which folder? model=FOLDER says it");
  EXPECT_NE(error("attention=flashy").find("did you mean \"flash\""), std::string::npos);
  EXPECT_NE(error("threads=none").find("threads: found \"none\""), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::engines
