// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Trees with the hwmon files of an Arc A770 under i915, an Arc B580 under xe and an integrated GPU.
#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

using fakes::MadeTree;

const std::string device = "sys/class/drm/card1/device/";

void card(MadeTree& tree, const std::string& driver) {
  tree.file(device + "vendor", "0x8086").file(device + "device", "0x56a0");
  tree.file(device + "uevent", "DRIVER=" + driver + "\nPCI_SLOT_NAME=0000:03:00.0");
}

TEST(IntelGpu, TheCardsCounterIsReadAndNotThatOfATile) {
  MadeTree tree;
  card(tree, "i915");
  tree.file(device + "hwmon/hwmon2/name", "i915_gt0").file(device + "hwmon/hwmon2/energy1_input", 1);
  tree.file(device + "hwmon/hwmon3/name", "i915").file(device + "hwmon/hwmon3/energy1_input", 7'000'000'000'000);
  tree.file(device + "hwmon/hwmon3/power1_max", 190'000'000);
  const Found found = find_in("intel_gpu", tree);
  ASSERT_EQ(found.devices.size(), 1u);
  Device& d = *found.devices[0];
  EXPECT_EQ(d.info().id, "i915:0000:03:00.0");
  EXPECT_EQ(reading(d, "energy").value, 7e6) << "beyond 32 bits: the kernel adds the wraps up";
  EXPECT_EQ(channel(d, "energy").part, Part::gpu);
  EXPECT_EQ(reading(d, "power_limit").value, 190.0);
  EXPECT_NE(joined(d.info().remarks).find("32 bits"), std::string::npos);
}

TEST(IntelGpu, LabelsTellTheCardFromThePackageInsideIt) {
  MadeTree tree;
  card(tree, "xe");
  const std::string hwmon = device + "hwmon/hwmon3/";
  tree.file(hwmon + "name", "xe").file(hwmon + "energy1_input", 20'000'000).file(hwmon + "energy1_label", "card");
  tree.file(hwmon + "energy2_input", 15'000'000).file(hwmon + "energy2_label", "pkg");
  tree.file(hwmon + "power1_max", 190'000'000).file(hwmon + "power1_label", "card");
  tree.file(hwmon + "temp2_input", 45000).file(hwmon + "temp2_label", "pkg");
  tree.file(hwmon + "temp3_input", 50000).file(hwmon + "temp3_label", "vram");
  const Found found = find_in("intel_gpu", tree);
  Device& d = *found.devices[0];
  EXPECT_EQ(reading(d, "energy").value, 20.0);
  EXPECT_EQ(channel(d, "energy").part, Part::gpu);
  EXPECT_EQ(reading(d, "energy.pkg").value, 15.0);
  EXPECT_EQ(channel(d, "energy.pkg").part, Part::rail) << "inside the card: not added";
  EXPECT_EQ(reading(d, "temperature").value, 45.0);
  EXPECT_EQ(channel(d, "temperature.vram").part, Part::gpu_memory);

  tree.remove(hwmon + "energy1_input");
  EXPECT_EQ(channel(*find_in("intel_gpu", tree).devices[0], "energy.pkg").part, Part::gpu) << "all there is";
}

TEST(IntelGpu, AnIntegratedOneIsListedWithTheReason) {
  MadeTree tree;
  card(tree, "i915");
  const Found found = find_in("intel_gpu", tree);
  ASSERT_EQ(found.devices.size(), 1u);
  EXPECT_TRUE(channel(*found.devices[0], "energy").missing);
  EXPECT_NE(joined(found.devices[0]->info().remarks).find("uncore"), std::string::npos);
  tree.file(device + "hwmon/hwmon5/energy1_input", 3'000'000);
  EXPECT_EQ(reading(*found.devices[0], "energy").value, 3.0) << "it came late";
}

}  // namespace
}  // namespace diffjoule::sensors
