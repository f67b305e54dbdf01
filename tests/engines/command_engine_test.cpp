// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/command_engine.h"

#include <gtest/gtest.h>

#include "tests/fakes/made_tree.h"

namespace diffjoule::engines {
namespace {

class CommandEngines : public testing::Test {
 protected:
  os::SystemClock clock;

  Result<std::unique_ptr<Engine>> opened(const std::vector<std::string>& settings) {
    return open_engine("command", settings, clock);
  }
  std::unique_ptr<Engine> open(const std::vector<std::string>& settings) {
    auto engine = opened(settings);
    EXPECT_TRUE(engine) << engine.error().message();
    return std::move(*engine);
  }
  static Task task() {
    Task t;
    t.workload.model = "sd15";
    t.workload.width = 512;
    t.workload.height = 256;
    t.workload.steps = 7;
    t.workload.batch = 2;
    t.workload.guidance = 7.5;
    t.workload.dtype = DType::float16;
    t.prompt = "a 'horse'; rm -r *";
    t.seed = 3;
    return t;
  }
  Error error_of(const std::string& command) {
    const auto ran = open({"command=" + command})->run(task());
    EXPECT_FALSE(ran) << command;
    return ran ? Error(ErrorCode::unidentifiable, "") : ran.error();
  }
  static double seconds(const RanPhase& phase) { return (phase.end - phase.begin).in(second); }
};

TEST_F(CommandEngines, TheTaskStandsInTheCommandAndNoShellSeesIt) {
  const fakes::MadeTree tree;
  const auto engine =
      open({"command=sh -c 'printf \"%s|\" \"$@\" > " + tree.at("said") +
            "' sh {width}x{height} {steps} {batch} {guidance} {dtype} {model} {seed} {prompt} {{{seed}}}"});
  ASSERT_TRUE(engine->prepare(task()));
  const auto ran = engine->run(task());
  ASSERT_TRUE(ran) << ran.error().message();
  std::ifstream file(tree.at("said"));
  std::string said;
  std::getline(file, said);
  EXPECT_EQ(said, "512x256|7|2|7.5|float16|sd15|3|a 'horse'; rm -r *|{3}|");
}

TEST_F(CommandEngines, WithoutPatternsTheRunIsTheCommandAndTheNoteSaysSo) {
  const auto ran = open({"command=sleep 0.05"})->run(task());
  ASSERT_TRUE(ran) << ran.error().message();
  EXPECT_GE((ran->end - ran->begin).in(second), 0.05);
  ASSERT_EQ(ran->phases.size(), 1u);
  EXPECT_EQ(ran->phases[0].name, "run");
  EXPECT_EQ(ran->phases[0].begin, ran->begin);
  EXPECT_EQ(ran->phases[0].end, ran->end);
  ASSERT_EQ(ran->notes.size(), 1u);
  EXPECT_NE(ran->notes[0].find("whole command"), std::string::npos);
}

TEST_F(CommandEngines, PatternsFindPhasesAndTheRequest) {
  const auto engine = open({"phases='encode=^enc' 'denoise=^step 1' -=^saved 'request=^done in ([0-9.]+) (s)'",
                            "command=sh -c 'sleep 0.05; echo enc; sleep 0.02; echo step 1; printf \"a\\rb\\r\\n\"; "
                            "sleep 0.04; echo saved; echo \"done in 0.06 s\"'"});
  const auto ran = engine->run(task());
  ASSERT_TRUE(ran) << ran.error().message();
  EXPECT_NEAR((ran->end - ran->begin).in(second), 0.06, 1e-6);
  ASSERT_EQ(ran->phases.size(), 2u);
  EXPECT_EQ(ran->phases[0].name, "encode");
  EXPECT_EQ(ran->phases[1].name, "denoise");
  EXPECT_GT(seconds(ran->phases[1]), 0.005);  // 0.04, less what the line before it was read late
  EXPECT_EQ(ran->phases[0].end, ran->phases[1].begin);
  EXPECT_GE(ran->phases[0].begin, ran->begin);
  EXPECT_LE(ran->phases[1].end, ran->end);
  EXPECT_TRUE(ran->notes.empty());
}

TEST_F(CommandEngines, AnOutputFileIsWrittenAndGoneAfterwards) {
  const fakes::MadeTree tree;
  const auto ran =
      open({"command=sh -c 'echo picture > \"$1\" && printf \"%s\" \"$1\" > " + tree.at("where") + "' sh {output}"})
          ->run(task());
  ASSERT_TRUE(ran) << ran.error().message();
  std::ifstream file(tree.at("where"));
  std::string where;
  std::getline(file, where);
  EXPECT_NE(where.find("/output.png"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(where));
}

TEST_F(CommandEngines, FailureIsToldWithTheLastWords) {
  const Error failed = error_of("sh -c 'echo first; echo \"no such model\" >&2; exit 3'");
  EXPECT_EQ(failed.code(), ErrorCode::unavailable);
  EXPECT_EQ(failed.message(), "the command \"sh\" ended with code 3; the last it printed:\nfirst\nno such model");
  EXPECT_EQ(error_of("no-such-program-anywhere").code(), ErrorCode::not_found);
  EXPECT_NE(error_of("false").message().find("it printed nothing"), std::string::npos);
}

TEST_F(CommandEngines, WantOfMemoryIsTold) {
  EXPECT_EQ(error_of("sh -c 'echo \"CUDA out of memory.\" >&2; exit 1'").code(), ErrorCode::exhausted);
  EXPECT_EQ(error_of("sh -c 'kill -KILL $$'").code(), ErrorCode::exhausted);
  EXPECT_EQ(error_of("sh -c 'exit 137'").code(), ErrorCode::exhausted);
}

TEST_F(CommandEngines, OneThatTakesTooLongIsEnded) {
  const auto ran = open({"command=sleep 30", "timeout=0.05"})->run(task());
  ASSERT_FALSE(ran);
  EXPECT_NE(ran.error().message().find("did not end in time"), std::string::npos) << ran.error().message();
}

TEST_F(CommandEngines, WhatCannotBeMeantIsRefusedBeforeAnythingRuns) {
  const auto error = [this](const std::vector<std::string>& settings) {
    const auto engine = opened(settings);
    EXPECT_FALSE(engine);
    return engine ? "" : engine.error().message();
  };
  EXPECT_EQ(error({"command=sd {widht}"}), "engine command: no placeholder named \"widht\"; did you mean \"width\"?");
  EXPECT_NE(error({}).find("setting command: "), std::string::npos);
  EXPECT_NE(error({"command=sd", "phases=x=("}).find("phase pattern \"x=(\""), std::string::npos);
  EXPECT_NE(error({"command=sd", "log=sd"}).find("did you mean \"sd.cpp\""), std::string::npos);
  EXPECT_NE(error({"command=sd", "timeout=soon"}).find("timeout"), std::string::npos);
  const auto status = open({"command=sd {frames}"})->prepare(task());
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().message().find("{frames}"), std::string::npos);
}

TEST_F(CommandEngines, SaysWhatItIs) {
  const auto engine = open({"command=sd -W {width}", "device=NVIDIA H100", "kind=gpu"});
  EXPECT_EQ(engine->device()->name, "NVIDIA H100");
  EXPECT_EQ(engine->provenance(), "command: sd");
}

}  // namespace
}  // namespace diffjoule::engines
