// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/protocol.h"

#include <gtest/gtest.h>

#include <random>

#include "diffjoule/io/json.h"

namespace diffjoule::engines::protocol {
namespace {

const std::vector<std::string> lines{
    R"({"event": "ready", "engine": "e 1.0", "device": "d", "kind": "gpu", "arithmetic": ["bfloat16", "fp32"], "x": 1})",
    R"({"event": "prepared"})",
    R"({"event": "phase", "name": "transformer", "begin_ns": 1, "end_ns": 2, "evaluations": 30, "executed": 3})",
    R"({"event": "ran", "begin_ns": 1, "end_ns": 9, "flops": "18446744073709551615", "notes": ["n"]})",
    R"({"event": "probed", "begin_ns": 1, "end_ns": 2, "calls": 100})",
    R"({"event": "failed", "kind": "out_of_memory", "message": "no"})"};

std::string error_of(const std::string& line) {
  const auto event = event_from(line);
  EXPECT_FALSE(event) << line;
  if (event) return "";
  EXPECT_EQ(event.error().code(), ErrorCode::invalid_data);
  return event.error().message();
}

os::Instant at(std::int64_t ns) { return os::Instant::at_nanoseconds(ns); }

TEST(Protocol, EveryEventIsRead) {
  const auto ready = std::get<Ready>(event_from(lines[0]).value());
  EXPECT_EQ(ready.engine, "e 1.0");
  EXPECT_EQ(ready.device.kind, "gpu");
  EXPECT_EQ(ready.device.arithmetic, (std::vector<DType>{DType::bfloat16, DType::float32}));
  EXPECT_TRUE(std::holds_alternative<Prepared>(event_from(lines[1]).value()));
  const auto phase = std::get<RanPhase>(event_from(lines[2]).value());
  EXPECT_EQ(phase.name, "transformer");
  EXPECT_EQ(phase.begin, at(1));
  EXPECT_EQ(phase.end, at(2));
  EXPECT_EQ(phase.scale(), 10.0);
  const auto done = std::get<Done>(event_from(lines[3]).value());
  EXPECT_EQ(done.flops, 18446744073709551615u);
  EXPECT_EQ(done.notes, std::vector<std::string>{"n"});
  EXPECT_EQ(std::get<Probed>(event_from(lines[4]).value()).calls, 100u);
  EXPECT_EQ(std::get<Failed>(event_from(lines[5]).value()).error.code(), ErrorCode::exhausted);
}

TEST(Protocol, OptionalMembersHaveTheirMeaningWhenAbsent) {
  const auto phase = std::get<RanPhase>(event_from(R"({"event":"phase","name":"a","begin_ns":0,"end_ns":0})").value());
  EXPECT_EQ(phase.evaluations, 1);
  const auto all =
      std::get<RanPhase>(event_from(R"({"event":"phase","name":"a","begin_ns":0,"end_ns":0,"evaluations":7})").value());
  EXPECT_EQ(all.executed, 7);
  EXPECT_FALSE(std::get<Done>(event_from(R"({"event":"ran","begin_ns":0,"end_ns":0})").value()).flops);
}

TEST(Protocol, AnErrorNamesTheMemberAndQuotesWhatWasFound) {
  const auto says = [](const std::string& line, const std::string& words) {
    const std::string message = error_of(line);
    EXPECT_NE(message.find(words), std::string::npos) << message;
  };
  says("Loading...", "found \"Loading...\", a JSON object is meant");
  says("[1]", "a JSON object is meant");
  says("{}", "an object with a text \"event\" is meant");
  says(R"({"event": "finished"})", "event \"finished\": no such event");
  says(R"({"event": "probed", "begin_ns": 1, "end_ns": 2, "calls": 0})", "calls: found 0, a whole number from 1");
  says(R"({"event": "probed", "begin_ns": 1.5, "end_ns": 2, "calls": 1})", "begin_ns: found 1.5");
  says(R"({"event": "probed", "begin_ns": 3, "end_ns": 2, "calls": 1})", "ends (end_ns) before it begins");
  says(R"({"event": "phase", "name": "a", "begin_ns": 1, "end_ns": 2, "evaluations": 3, "executed": 4})",
       "executed: found 4, a whole number from 1 to 3");
  says(R"({"event": "phase", "name": "", "begin_ns": 1, "end_ns": 2})", "name: found \"\"");
  says(R"({"event": "phase", "name": "a\u001b[2J", "begin_ns": 1, "end_ns": 2})", "printable");
  says(R"({"event": "ready", "engine": "e", "device": "d", "kind": "tpu"})", "kind: found \"tpu\"");
  says(R"({"event": "ready", "engine": "e", "device": "d", "kind": "cpu", "arithmetic": ["tf32"]})", "\"tf32\"");
  says(R"({"event": "ran", "begin_ns": 1, "end_ns": 2, "flops": "1e9"})", "flops: found \"1e9\"");
  says(R"({"event": "ran", "begin_ns": 1, "end_ns": 2, "notes": "n"})", "notes: found \"n\"");
  says(R"({"event": "failed", "kind": "sad", "message": "m"})", "kind: found \"sad\"");
}

TEST(Protocol, AnyMutatedLineIsAValidEventOrAnError) {
  std::mt19937 random(20261128);
  const auto below = [&random](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  std::size_t read = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string line = lines[below(lines.size())];
    for (std::size_t edits = 1 + below(4); edits > 0; --edits) {
      const std::size_t place = below(line.size() + 1);
      switch (below(4)) {
        case 0:
          line.erase(place, 1 + below(8));
          break;
        case 1:
          line.insert(place, 1, static_cast<char>(below(256)));
          break;
        case 2:
          line.insert(place, lines[below(lines.size())].substr(below(20), below(30)));
          break;
        default:
          line.insert(place, std::to_string(random()));
          break;
      }
    }
    const auto event = event_from(line);
    if (!event) {
      EXPECT_FALSE(event.error().message().empty());
      EXPECT_LT(event.error().message().size(), 1000u);
      continue;
    }
    ++read;
    if (const auto* phase = std::get_if<RanPhase>(&*event)) {
      EXPECT_LE(phase->begin, phase->end);
      EXPECT_GE(phase->executed, 1);
      EXPECT_GE(phase->evaluations, phase->executed);
      EXPECT_FALSE(phase->name.empty());
    }
    if (const auto* probed = std::get_if<Probed>(&*event)) {
      EXPECT_GE(probed->calls, 1u);
    }
  }
  EXPECT_GT(read, 100u);  // mutations that do no harm are among them
}

TEST(Protocol, PhasesOfARunAreInOrderApartAndInside) {
  const auto run = [](std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
    return ran_from({{"a", at(a), at(b)}, {"b", at(c), at(d)}}, {at(10), at(20), {}, {}}).has_value();
  };
  EXPECT_TRUE(run(10, 15, 15, 20));
  EXPECT_TRUE(run(11, 12, 14, 14));
  EXPECT_FALSE(run(9, 12, 14, 15));
  EXPECT_FALSE(run(11, 12, 14, 21));
  EXPECT_FALSE(run(11, 14, 13, 15));
}

TEST(Protocol, RequestsAreAsTheReferenceWritesThem) {
  EXPECT_EQ(io::to_json_line(hello_request()), R"({"request": "hello", "protocol": 1})");
  Task task;
  task.workload.model = "sd15";
  task.workload.width = 512;
  task.prompt = "a \"b\"\n";
  task.seed = 0xffffffffffffffff;
  EXPECT_EQ(
      io::to_json_line(task_request("run", task)),
      R"({"request": "run", "workload": {"model": "sd15", "width": 512}, "prompt": "a \"b\"\n", "seed": 9223372036854775807, "fraction": 1})");
  const auto op = [](const Op& one) -> std::string {
    const auto request = probe_request({one, DType::bfloat16, 0.5 * second});
    if (!request) return "";
    EXPECT_EQ(*request->find("dtype")->text(), "bfloat16");
    EXPECT_EQ(*request->find("at_least_s")->real(), 0.5);
    return io::to_json_line(*request->find("op"));
  };
  EXPECT_EQ(op(Linear{4096, 1024, 2048, true}), R"({"kind": "linear", "rows": 4096, "in": 1024, "out": 2048})");
  EXPECT_EQ(
      op(Convolution{{1, 320, 64, 64}, {320, 320, 3, 3}, {1, 320, 64, 64}, 1, false, false}),
      R"({"kind": "convolution", "x": [1, 320, 64, 64], "w": [320, 320, 3, 3], "y": [1, 320, 64, 64], "groups": 1})");
  EXPECT_EQ(op(Attention{1, 8, 8, 4096, 77, 64, 64, false, false}),
            R"({"kind": "attention", "batch": 1, "heads": 8, "queries": 4096, "keys": 77, "width": 64})");
  EXPECT_EQ(op(Elementwise{Elementwise::Kind::add, ElementCount(2), ElementCount(1)}),
            R"({"kind": "add", "elements": 1})");
  EXPECT_EQ(op(Elementwise{Elementwise::Kind::mul, ElementCount(2), ElementCount(1)}), "");
  EXPECT_EQ(op(Attention{1, 8, 2, 4096, 77, 64, 64, false, false}), "");
}

}  // namespace
}  // namespace diffjoule::engines::protocol
