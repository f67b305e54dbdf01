// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/recording.h"
#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

std::string two_devices() {
  Recording r{.program = "", .host = "n1", .started = {}, .devices = {}, .ticks = {}};
  r.devices = {{.driver = "rapl", .id = "rapl:package-0", .name = "CPU"},
               {.driver = "nvml", .id = "GPU-1", .name = "GPU"}};
  r.devices[0].channels = {{.name = "energy", .measurand = Measurand::energy}};
  r.devices[1].channels = {{.name = "power"}, {.name = "never"}};
  for (int i = 0; i < 10; ++i) {
    const Duration time = (5.0 + 0.1 * i) * second;
    r.ticks.push_back({time, 0, {0}, {{10.0 * i}}});
    r.ticks.push_back({time + 0.05 * second, 1, {0}, {i == 4 ? Reading{0.0, Absence::failed} : Reading{100.0 + i}}});
  }
  return to_text(r);
}

struct Played {
  explicit Played(const std::string& text) {
    tree.file("session.jsonl", text);
    found = find_with("replay", {.clock = &clock, .requests = {"replay:" + tree.at("session.jsonl")}});
  }
  fakes::MadeTree tree;
  fakes::ManualClock clock;
  Found found;
};

TEST(Replay, AReadGivesWhatTheSensorHadSaidLastByThen) {
  Played p(two_devices());
  ASSERT_EQ(p.found.devices.size(), 2u);
  Device& cpu = *p.found.devices[0];
  Device& gpu = *p.found.devices[1];
  p.clock.advance(100.0 * second);  // it begins with the first read
  EXPECT_EQ(reading(cpu, "energy").value, 0.0);
  EXPECT_EQ(reading(gpu, "power").absence, Absence::failed) << "it has not said anything yet";
  p.clock.advance(0.099 * second);
  EXPECT_EQ(reading(cpu, "energy").value, 0.0);
  EXPECT_EQ(reading(gpu, "power").value, 100.0);
  p.clock.advance(0.002 * second);
  EXPECT_EQ(reading(cpu, "energy").value, 10.0);
  p.clock.advance(0.35 * second);
  EXPECT_EQ(reading(gpu, "power").absence, Absence::failed) << "as it was recorded";
}

TEST(Replay, AfterItsEndTheDeviceIsLost) {
  Played p(two_devices());
  Device& cpu = *p.found.devices[0];
  (void)reading(cpu, "energy");
  p.clock.advance(0.95 * second);
  EXPECT_EQ(reading(cpu, "energy").value, 90.0);
  p.clock.advance(0.1 * second);
  EXPECT_EQ(reading(cpu, "energy").absence, Absence::lost);
}

TEST(Replay, AChannelWithoutAnyReadingIsMissing) {
  Played p(two_devices());
  EXPECT_TRUE(channel(*p.found.devices[1], "never").missing);
  EXPECT_FALSE(channel(*p.found.devices[1], "power").missing);
  EXPECT_EQ(reading(*p.found.devices[1], "never").absence, Absence::not_supported);
  EXPECT_NE(joined(p.found.devices[1]->info().remarks).find("host n1"), std::string::npos);
}

TEST(Replay, ACutOffRecordingIsPlayedAndSaysSo) {
  Played p(two_devices() + "{\"time_s\":9");
  ASSERT_EQ(p.found.devices.size(), 2u);
  EXPECT_NE(joined(p.found.devices[0]->info().remarks).find("cut off"), std::string::npos);
}

TEST(Replay, WhatCannotBePlayedIsSaid) {
  Played p("no recording");
  EXPECT_TRUE(p.found.devices.empty());
  EXPECT_NE(joined(p.found.advice).find("cannot be replayed"), std::string::npos);
  fakes::ManualClock clock;
  const Found none =
      find_with("replay", {.clock = &clock, .requests = {"replay:" + p.tree.at("nothing"), "replayed:x", "wall:x"}});
  EXPECT_EQ(none.advice.size(), 1u) << "other drivers' requests are theirs";
}

}  // namespace
}  // namespace diffjoule::sensors
