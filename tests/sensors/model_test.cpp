// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

using fakes::MadeTree;

Found find_model(const MadeTree& tree, const std::string& request) {
  return find_with("model", {.root = tree.root(), .requests = {request}});
}

void stat(MadeTree& tree, int user, int idle, int iowait = 0) {
  tree.file("proc/stat", "cpu  " + std::to_string(user) + " 0 0 " + std::to_string(idle) + " " +
                             std::to_string(iowait) + " 0 0 0 0 0\ncpu0 1 2 3 4");
}

TEST(Model, WithoutARequestThereIsNone) {
  MadeTree tree;
  stat(tree, 0, 0);
  EXPECT_TRUE(find_in("model", tree).devices.empty());
}

TEST(Model, PowerIsTheDesignPowerTimesTheShareOfTimeThatWasBusy) {
  MadeTree tree;
  stat(tree, 1000, 9000);
  const Found found = find_model(tree, "model:cpu=65");
  ASSERT_EQ(found.devices.size(), 1u);
  Device& d = *found.devices[0];
  EXPECT_EQ(reading(d, "power").absence, Absence::failed) << "no time has passed yet";
  stat(tree, 1050, 9150);
  EXPECT_DOUBLE_EQ(reading(d, "power").value, 65.0 * 0.25);
  EXPECT_DOUBLE_EQ(reading(d, "power").value, 65.0 * 0.25) << "within one tick the last one holds";
  stat(tree, 1050, 9150, 100);
  EXPECT_EQ(reading(d, "utilization").value, 0.0) << "waiting for a disk is no work";
  stat(tree, 1150, 9150, 100);
  EXPECT_EQ(reading(d, "power").value, 65.0);
}

TEST(Model, WhatItSaysIsAlwaysMarkedAsAssumed) {
  MadeTree tree;
  stat(tree, 0, 0);
  for (int cpu = 0; cpu < 8; ++cpu) tree.folder("sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology");
  for (const std::string request : {"model", "model:cpu", "model:cpu=65", "model:gpu=300", "model:cpu=1,gpu=2"}) {
    const Found found = find_model(tree, request);
    ASSERT_FALSE(found.devices.empty()) << request;
    for (const auto& device : found.devices) {
      EXPECT_TRUE(device->info().assumed);
      EXPECT_NE(joined(device->info().remarks).find("assumed, not measured"), std::string::npos);
      EXPECT_GE(channel(*device, "power").relative_uncertainty, 0.3);
    }
  }
  const Found guessed = find_model(tree, "model");
  EXPECT_NE(joined(guessed.devices[0]->info().remarks).find("32 W are assumed for 8 logical processors"),
            std::string::npos);
}

TEST(Model, AGpuIsBusyAllTheTimeUnlessItsDriverKnowsBetter) {
  MadeTree tree;
  const Found blind = find_model(tree, "model:gpu=300");
  EXPECT_EQ(reading(*blind.devices[0], "power").value, 300.0);
  EXPECT_NE(joined(blind.devices[0]->info().remarks).find("busy all the time"), std::string::npos);
  tree.file("sys/class/drm/card0/device/gpu_busy_percent", 50);
  const Found seeing = find_model(tree, "model:gpu=300");
  EXPECT_EQ(reading(*seeing.devices[0], "power").value, 150.0);
}

TEST(Model, ARequestThatCannotBeMeantIsExplained) {
  MadeTree tree;
  for (const std::string request : {"model:", "model:tpu=3", "model:cpu=", "model:cpu=x", "model:cpu=-5", "model:gpu",
                                    "model:cpu=1e9", "model:cpu=65W"}) {
    const Found found = find_model(tree, request);
    if (request == "model:") continue;  // as "model"
    EXPECT_TRUE(found.devices.empty()) << request;
    EXPECT_NE(joined(found.advice).find("expected model"), std::string::npos) << request;
  }
}

TEST(Model, WithoutProcThereIsNoValue) {
  MadeTree tree;
  const Found found = find_model(tree, "model:cpu=65");
  EXPECT_TRUE(channel(*found.devices[0], "power").missing);
  EXPECT_EQ(reading(*found.devices[0], "power").absence, Absence::failed);
}

}  // namespace
}  // namespace diffjoule::sensors
