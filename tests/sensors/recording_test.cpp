// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/recording.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace diffjoule::sensors {
namespace {

Recording made() {
  Recording r{.program = "diffjoule 0.2.0", .host = "n1", .started = 1795894385.5 * second, .devices = {}, .ticks = {}};
  DeviceInfo cpu{.driver = "rapl", .id = "rapl:package-0", .name = "A CPU"};
  Channel energy{.name = "energy", .measurand = Measurand::energy, .part = Part::cpu_package};
  energy.update_period = 1e-3 * second;
  energy.resolution = 6.1e-5;
  energy.wraps_at = 262143.32885;
  Channel limit{.name = "power_limit", .measurand = Measurand::power_limit};
  limit.missing = "no permission to read it";
  limit.may_wrap = true;
  cpu.channels = {energy, limit};
  cpu.remarks = {"a \"remark\""};
  DeviceInfo gpu{.driver = "nvml", .id = "GPU-1", .name = "A GPU", .bus_id = "0000:3b:00.0", .assumed = true};
  gpu.partition = true;
  gpu.channels = {{.name = "power", .measurand = Measurand::power, .part = Part::gpu_memory}};
  gpu.channels[0].relative_uncertainty = 0.05;
  r.devices = {cpu, gpu};
  r.ticks = {
      {.time = 0.0 * second, .device = 0, .channels = {0}, .readings = {{1.0 / 3.0}}},
      {.time = 0.1 * second, .device = 1, .channels = {0}, .readings = {{0.0, Absence::lost}}},
      {.time = 0.1 * second, .device = 0, .channels = {0, 1}, .readings = {{2.5}, {0.0, Absence::no_permission}}}};
  return r;
}

TEST(Recording, WhatIsWrittenIsReadBack) {
  const Recording r = made();
  const auto read = parse_recording(to_text(r));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(to_text(*read), to_text(r));
  ASSERT_EQ(read->devices.size(), 2u);
  EXPECT_EQ(read->started.in(second), 1795894385.5);
  EXPECT_EQ(read->devices[0].channels[0].wraps_at, 262143.32885);
  EXPECT_EQ(read->devices[0].channels[1].missing, "no permission to read it");
  EXPECT_TRUE(read->devices[0].channels[1].may_wrap);
  EXPECT_TRUE(read->devices[1].assumed);
  EXPECT_TRUE(read->devices[1].partition);
  EXPECT_EQ(read->devices[1].channels[0].part, Part::gpu_memory);
  ASSERT_EQ(read->ticks.size(), 3u);
  EXPECT_EQ(read->ticks[0].readings[0].value, 1.0 / 3.0);
  EXPECT_EQ(read->ticks[1].readings[0].absence, Absence::lost);
  EXPECT_EQ(read->ticks[2].readings[1].absence, Absence::no_permission);
  EXPECT_FALSE(read->cut_off);
}

TEST(Recording, ALastLineThatWasCutOffIsLeftOut) {
  const std::string text = to_text(made());
  const std::size_t last = text.rfind('\n', text.size() - 2) + 1;
  for (std::size_t end = last + 1; end + 1 < text.size(); ++end) {
    const auto read = parse_recording(text.substr(0, end));
    ASSERT_TRUE(read) << end;
    EXPECT_EQ(read->ticks.size(), end + 1 == text.size() ? 3u : 2u);
    EXPECT_TRUE(read->cut_off);
  }
  EXPECT_EQ(parse_recording(text.substr(0, text.size() - 1))->ticks.size(), 3u) << "whole but for its line feed";
}

TEST(Recording, ABrokenLineInTheMiddleIsAnErrorWithItsNumber) {
  const std::string header = recording_header(made());
  const auto refusal = [&](const std::string& rest) {
    const auto read = parse_recording(header + rest);
    return read ? std::string("accepted") : read.error().message();
  };
  EXPECT_TRUE(refusal("{\"time_s\":\n{}\n").starts_with("line 2: "));
  EXPECT_NE(refusal("{\"device\":0,\"readings\":{}}\n").find("time_s"), std::string::npos);
  EXPECT_NE(refusal("{\"time_s\":1,\"device\":2,\"readings\":{}}\n").find("device"), std::string::npos);
  EXPECT_NE(refusal("{\"time_s\":1,\"device\":-1,\"readings\":{}}\n").find("device"), std::string::npos);
  EXPECT_NE(refusal("{\"time_s\":1,\"device\":0,\"readings\":{\"watts\":1}}\n").find("no channel \"watts\""),
            std::string::npos);
  EXPECT_NE(refusal("{\"time_s\":1,\"device\":0,\"readings\":{\"energy\":\"N/A\"}}\n").find("N/A"), std::string::npos);
  EXPECT_NE(refusal("{\"time_s\":1,\"device\":0,\"readings\":{}}\n{\"time_s\":0,\"device\":0,\"readings\":{}}\n")
                .find("before"),
            std::string::npos);
}

TEST(Recording, OtherFilesAndOtherVersionsAreRefused) {
  for (const char* text : {"", "\n", "{}", "[1]", "timestamp,power\n1,2\n", "{\"format\":\"diffjoule.recording\"}",
                           "{\"format\":\"diffjoule.recording\",\"version\":2,\"devices\":[]}",
                           "{\"format\":\"diffjoule.recording\",\"version\":1}",
                           "{\"format\":\"diffjoule.recording\",\"version\":1,\"devices\":[{\"id\":\"a\"}]}"}) {
    EXPECT_FALSE(parse_recording(text)) << text;
  }
  EXPECT_NE(parse_recording("{\"format\":\"diffjoule.recording\",\"version\":2}").error().message().find("version 2"),
            std::string::npos);
}

TEST(Recording, AValueThatIsNotFiniteIsWrittenAsAbsent) {
  Recording r = made();
  r.ticks = {
      {.time = 0.0 * second, .device = 0, .channels = {0}, .readings = {{std::numeric_limits<double>::quiet_NaN()}}}};
  EXPECT_EQ(parse_recording(to_text(r))->ticks[0].readings[0].absence, Absence::failed);
}

TEST(Recording, MutilatedFilesAreSurvived) {
  const std::string text = to_text(made());
  std::mt19937 random(5);
  for (int round = 0; round < 3000; ++round) {
    std::string broken = text.substr(0, random() % (text.size() + 1));
    for (int change = 0; change < 3 && !broken.empty(); ++change)
      broken[random() % broken.size()] = static_cast<char>(random() % 256);
    (void)parse_recording(broken);
  }
}

}  // namespace
}  // namespace diffjoule::sensors
