// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "replayer/session.h"

#include <gtest/gtest.h>

#include <cmath>

#include "diffjoule/io/json.h"

namespace diffjoule::replayer {
namespace {

using io::Document;

// A clock that is one millisecond later every time it is asked.
class CountingClock final : public os::Clock {
 public:
  [[nodiscard]] os::Instant now() const override { return os::Instant::at_nanoseconds(1'000'000 * ++asked_); }
  [[nodiscard]] Duration since_epoch() const override { return 0.0 * second; }
  bool wait_until(os::Instant, os::Alarm&) override { return false; }

 private:
  mutable std::int64_t asked_ = 0;
};

// What a session says to some requests.
std::vector<Document> answers(const std::vector<std::string>& requests) {
  CountingClock clock;
  std::vector<Document> heard;
  const Options options{.setup = {.threads = 1, .memory = ByteCount(WideInteger{600} << 20U)}};
  Session session(options, clock, [&heard](const Document& event) { heard.push_back(event); });
  for (const std::string& request : requests) session.hear(request);
  return heard;
}

std::string text(const Document& d, const char* key) {
  const Document* member = d.find(key);
  return member == nullptr || member->text() == nullptr ? "" : *member->text();
}
double number(const Document& d, const char* key) { return d.find(key) == nullptr ? -1.0 : d.find(key)->number(); }

TEST(Sessions, HelloIsAnsweredByTheDevice) {
  const auto heard = answers({R"({"request": "hello", "protocol": 1})"});
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(text(heard[0], "event"), "ready");
  EXPECT_EQ(text(heard[0], "kind"), "cpu");
  EXPECT_NE(text(heard[0], "device").find(", 1 thread"), std::string::npos);
  EXPECT_EQ(*heard[0].find("arithmetic")->array()->front().text(), "float32");
}

TEST(Sessions, ARunSaysItsPhasesAndTheFlopsThatWereDone) {
  const std::string task = R"("workload": {"model": "zigma-zigzagN8-b1", "width": 64, "height": 64, "steps": 4,
      "dtype": "bfloat16"}, "fraction": 0.3})";
  const auto heard = answers({R"({"request": "prepare", )" + task, R"({"request": "run", )" + task});
  ASSERT_GE(heard.size(), 3U);
  EXPECT_EQ(text(heard[0], "event"), "prepared") << text(heard[0], "message");
  const Document& denoise = heard[1];
  EXPECT_EQ(text(denoise, "event"), "phase");
  EXPECT_EQ(number(denoise, "executed"), std::ceil(0.3 * number(denoise, "evaluations")));
  EXPECT_GT(number(denoise, "end_ns"), number(denoise, "begin_ns"));
  EXPECT_EQ(number(heard[2], "begin_ns"), number(denoise, "end_ns"));  // phases follow each other without a gap
  EXPECT_EQ(text(heard.back(), "event"), "ran");
  EXPECT_EQ(number(heard.back(), "begin_ns"), number(denoise, "begin_ns"));
  EXPECT_GT(std::stod(text(heard.back(), "flops")), 1e9);
}

TEST(Sessions, AProbeGoesOnAsLongAsItIsAsked) {
  const auto heard = answers({R"({"request": "probe", "op": {"kind": "linear", "rows": 8, "in": 16, "out": 32},
      "dtype": "float32", "at_least_s": 0.01})"});
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(text(heard[0], "event"), "probed") << text(heard[0], "message");
  EXPECT_EQ(number(heard[0], "calls"), 10.0);  // a millisecond each on this clock
}

TEST(Sessions, EveryKindOfOperatorIsProbed) {
  const auto heard = answers(
      {R"({"request": "probe", "op": {"kind": "convolution", "x": [1, 16, 8, 8], "w": [32, 16, 3, 3], "y": [1, 32, 8, 8],
       "groups": 1}, "dtype": "int8", "at_least_s": 0.001})",
       R"({"request": "probe", "op": {"kind": "attention", "batch": 1, "heads": 2, "queries": 16, "keys": 16, "width": 8},
       "dtype": "bfloat16", "at_least_s": 0.001})",
       R"({"request": "probe", "op": {"kind": "add", "elements": 1000}, "dtype": "float32", "at_least_s": 0.001})"});
  ASSERT_EQ(heard.size(), 3U);
  for (const Document& answer : heard) EXPECT_EQ(text(answer, "event"), "probed") << text(answer, "message");
}

TEST(Sessions, WhatDoesNotFitIsOutOfMemoryAndTheNextRequestIsServed) {
  const auto heard =
      answers({R"({"request": "prepare", "workload": {"model": "sd15", "batch": 1000, "dtype": "float32"}})",
               R"({"request": "hello", "protocol": 1})"});
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(text(heard[0], "event"), "failed");
  EXPECT_EQ(text(heard[0], "kind"), "out_of_memory") << text(heard[0], "message");
  EXPECT_EQ(text(heard[1], "event"), "ready");
}

TEST(Sessions, MistakesAreAnsweredWithWhatIsWrong) {
  const auto heard = answers({"nonsense", R"({"request": "dance"})", R"({"request": "run"})",
                              R"({"request": "run", "workload": {"model": "sd15"}, "fraction": 0})",
                              R"({"request": "prepare", "workload": {"model": "no such model"}})",
                              R"({"request": "probe", "op": {"kind": "fft"}})",
                              R"({"request": "probe", "op": {"kind": "linear", "rows": 0, "in": 1, "out": 1}})",
                              R"({"request": "probe", "op": {"kind": "convolution", "x": [1, 2, 3], "w": [1, 1, 1],
                                  "y": [1, 1, 3]}})",
                              R"({"request": "hello", "protocol": 2})"});
  ASSERT_EQ(heard.size(), 9U);
  for (const Document& answer : heard) {
    EXPECT_EQ(text(answer, "event"), "failed");
    EXPECT_FALSE(text(answer, "message").empty());
  }
  EXPECT_EQ(text(heard[0], "kind"), "failed");
  EXPECT_EQ(text(heard[5], "kind"), "unsupported");
}

}  // namespace
}  // namespace diffjoule::replayer
