// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/worker_engine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

#include "diffjoule/os/signals.h"

namespace diffjoule::engines {
namespace {

const std::string fake = DIFFJOULE_SOURCE_DIR "/tests/fakes/engine_worker.py";

Task task(const std::string& prompt, std::int64_t steps = 10) {
  Task t;
  t.workload.model = "sd15";
  t.workload.steps = steps;
  t.prompt = prompt;
  return t;
}

class WorkerEngines : public testing::Test {
 protected:
  os::SystemClock clock;
  WorkerEngine engine{{"fake", {{"python3", "-IS", fake}}, 20.0 * second}, clock};

  Error error_of(const std::string& prompt) {
    auto ran = engine.run(task(prompt));
    EXPECT_FALSE(ran) << prompt;
    return ran ? Error(ErrorCode::unidentifiable, "") : ran.error();
  }
  void expect_it_goes_on() {
    const auto ran = engine.run(task("a horse"));
    EXPECT_TRUE(ran) << ran.error().message();
  }
};

TEST_F(WorkerEngines, ARunHasItsPhasesFlopsAndNotes) {
  Task tenth = task("a horse", 30);
  tenth.fraction = 0.1;
  ASSERT_TRUE(engine.prepare(tenth));
  const auto ran = engine.run(tenth);
  ASSERT_TRUE(ran) << ran.error().message();
  ASSERT_EQ(ran->phases.size(), 2u);
  EXPECT_EQ(ran->phases[0].name, "text_encoder");
  EXPECT_EQ(ran->phases[0].scale(), 1.0);
  EXPECT_EQ(ran->phases[1].name, "denoise");
  EXPECT_EQ(ran->phases[1].scale(), 10.0);
  EXPECT_GE((ran->phases[1].end - ran->phases[1].begin).in(second), 0.004);
  EXPECT_EQ(ran->flops, 12345678901234567890u);
  EXPECT_EQ(ran->notes, std::vector<std::string>{"a note"});
}

TEST_F(WorkerEngines, SaysWhatItIsAndWhoseTheDeviceIs) {
  EXPECT_EQ(engine.provenance(), "fake");  // nothing runs yet
  EXPECT_TRUE(engine.processes().empty());
  const auto device = engine.device();
  ASSERT_TRUE(device) << device.error().message();
  EXPECT_EQ(device->name, "a fake");
  EXPECT_EQ(device->kind, "gpu");
  EXPECT_EQ(device->arithmetic, (std::vector<DType>{DType::float32, DType::bfloat16}));
  ASSERT_EQ(engine.processes().size(), 1u);
  EXPECT_EQ(engine.provenance(), "fake: fake " + std::to_string(engine.processes().front()));
}

TEST_F(WorkerEngines, OneProgramAnswersAllRequests) {
  expect_it_goes_on();
  const auto before = engine.processes();
  expect_it_goes_on();
  EXPECT_EQ(engine.processes(), before);
}

TEST_F(WorkerEngines, AProbeIsTimed) {
  const auto probed = engine.probe({Linear{64, 64, 64, false}, DType::float32, 0.01 * second});
  ASSERT_TRUE(probed) << probed.error().message();
  EXPECT_EQ(probed->calls, 7u);
  EXPECT_GE((probed->end - probed->begin).in(second), 0.01);
  EXPECT_FALSE(engine.probe({Softmax{}, DType::float32, 0.01 * second}));
}

TEST_F(WorkerEngines, OneThatDiedIsStartedAgainAndPrepared) {
  const Error error = error_of("die");
  EXPECT_EQ(error.code(), ErrorCode::unavailable);
  EXPECT_NE(error.message().find("ended with code 3"), std::string::npos) << error.message();
  EXPECT_NE(error.message().find("about to die"), std::string::npos) << error.message();
  expect_it_goes_on();
  EXPECT_NE(error_of("crash").message().find("Segmentation fault"), std::string::npos);
  expect_it_goes_on();
}

TEST_F(WorkerEngines, WantOfMemoryIsTold) {
  EXPECT_EQ(error_of("out of memory").code(), ErrorCode::exhausted);
  const Error killed = error_of("killed");
  EXPECT_EQ(killed.code(), ErrorCode::exhausted);
  EXPECT_NE(killed.message().find("was killed, perhaps for memory"), std::string::npos);
  EXPECT_EQ(error_of("traceback").code(), ErrorCode::exhausted);
  expect_it_goes_on();
}

TEST_F(WorkerEngines, WhatItCannotItSaysAndStays) {
  ASSERT_TRUE(engine.device());
  const auto before = engine.processes();
  const Error error = error_of("unsupported");
  EXPECT_EQ(error.code(), ErrorCode::unavailable);
  EXPECT_EQ(error.message(), "this engine cannot: no such scheduler");
  EXPECT_EQ(engine.processes(), before);
}

TEST_F(WorkerEngines, SilenceIsEndedInTime) {
  WorkerEngine hasty({"fake", {{"python3", "-IS", fake}}, 0.4 * second}, clock);
  const auto ran = hasty.run(task("hang"));
  ASSERT_FALSE(ran);
  EXPECT_NE(ran.error().message().find("did not answer within 0.4 s"), std::string::npos) << ran.error().message();
  EXPECT_TRUE(hasty.processes().empty());
}

TEST_F(WorkerEngines, ABrokenProtocolIsSaidAndQuoted) {
  for (const auto& [how, word] : {std::pair("garbage", "Loading pipeline"),
                                  {"long line", "more than 1048576 bytes"},
                                  {"other answer", "\"prepared\""},
                                  {"overlap", "phase \"denoise\""},
                                  {"other clock", "CLOCK_MONOTONIC"}}) {
    const Error error = error_of(how);
    EXPECT_EQ(error.code(), ErrorCode::invalid_data) << how;
    EXPECT_NE(error.message().find(word), std::string::npos) << error.message();
    EXPECT_TRUE(engine.processes().empty()) << how;
  }
  expect_it_goes_on();
}

TEST_F(WorkerEngines, AProgramThatSaysNothingOrIsNotThereIsAnError) {
  WorkerEngine silent({"fake", {{"python3", "-IS", fake, "silent"}}, 20.0 * second}, clock);
  const auto device = silent.device();
  ASSERT_FALSE(device);
  EXPECT_NE(device.error().message().find("ended with code 0 instead of answering"), std::string::npos);
  WorkerEngine missing({"fake", {{"no-such-program-anywhere"}}, 20.0 * second}, clock);
  ASSERT_FALSE(missing.device());
  EXPECT_EQ(missing.device().error().code(), ErrorCode::not_found);
}

TEST_F(WorkerEngines, ASignalThatAsksForAnEndInterruptsTheRun) {
  ASSERT_TRUE(engine.device());
  auto watch = os::SignalWatch::begin();
  ASSERT_TRUE(watch);
  kill(getpid(), SIGTERM);
  const Error error = error_of("hang");
  EXPECT_NE(error.message().find("was interrupted"), std::string::npos) << error.message();
  const auto signal = (*watch)->next();
  ASSERT_TRUE(signal);
  EXPECT_EQ(signal->number, SIGTERM);
}

TEST(WorkerEngineTimeout, IsSecondsOrAnError) {
  EXPECT_EQ(timeout_of({}).value().in(second), 3600.0);
  EXPECT_EQ(timeout_of({{"timeout", "2.5"}}).value().in(second), 2.5);
  for (const char* bad : {"", "0", "-1", "soon", "1 h", "inf", "nan"})
    EXPECT_FALSE(timeout_of({{"timeout", bad}})) << bad;
}

}  // namespace
}  // namespace diffjoule::engines
