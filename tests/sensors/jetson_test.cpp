// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Trees as the INA3221 chips of a Jetson Orin Nano (VDD_IN) and of a Jetson AGX Orin (no total) show them.
#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

using fakes::MadeTree;

void rail(MadeTree& tree, const std::string& folder, int number, const std::string& label, int mv, int ma) {
  const std::string n = std::to_string(number);
  tree.file(folder + "in" + n + "_label", label).file(folder + "in" + n + "_input", mv);
  tree.file(folder + "curr" + n + "_input", ma).file(folder + "shunt" + n + "_resistor", 5000);
}

TEST(Jetson, TheTotalIsThePlatformAndOtherRailsAreInsideIt) {
  MadeTree tree;
  const std::string folder = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon1/";
  rail(tree, folder, 1, "VDD_IN", 4968, 1312);
  rail(tree, folder, 2, "VDD_CPU_GPU_CV", 4960, 320);
  rail(tree, folder, 3, "NC", 0, 0);
  tree.file(folder + "in7_label", "sum of shunt voltages").file(folder + "update_interval", 10);
  const Found found = find_in("jetson", tree);
  ASSERT_EQ(found.devices.size(), 1u);
  Device& d = *found.devices[0];
  EXPECT_EQ(d.info().id, "ina3221:1-0040");
  ASSERT_EQ(d.info().channels.size(), 2u) << "what is not connected is no channel";
  EXPECT_DOUBLE_EQ(reading(d, "power.VDD_IN").value, 4.968 * 1.312);
  EXPECT_EQ(channel(d, "power.VDD_IN").part, Part::platform);
  EXPECT_EQ(channel(d, "power.VDD_CPU_GPU_CV").part, Part::rail);
  EXPECT_DOUBLE_EQ(channel(d, "power.VDD_IN").update_period.in(second), 0.01);
  EXPECT_NEAR(channel(d, "power.VDD_IN").resolution, 0.008 * 4.968, 1e-9) << "8 mA at 5 mOhm";
}

TEST(Jetson, ABoardWithoutATotalSaysSo) {
  MadeTree tree;
  rail(tree, "sys/bus/i2c/drivers/ina3221x/1-0040/hwmon3/", 1, "VDD_GPU_SOC", 20000, 200);
  rail(tree, "sys/bus/i2c/drivers/ina3221x/1-0041/hwmon4/", 2, "VDDQ_VDD2_1V8AO", 20000, 100);
  const Found found = find_in("jetson", tree);
  ASSERT_EQ(found.devices.size(), 2u);
  EXPECT_EQ(channel(*found.devices[0], "power.VDD_GPU_SOC").part, Part::rail);
  EXPECT_NE(joined(found.devices[0]->info().remarks).find("no rail here is the total"), std::string::npos);
}

TEST(Jetson, ARailWhoseCurrentIsAwayIsMissingNotZero) {
  MadeTree tree;
  const std::string folder = "sys/bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon1/";
  tree.file(folder + "in1_label", "VDD_IN").file(folder + "in1_input", 5000);
  const Found found = find_in("jetson", tree);
  EXPECT_TRUE(channel(*found.devices[0], "power.VDD_IN").missing);
  EXPECT_FALSE(reading(*found.devices[0], "power.VDD_IN").there());
}

}  // namespace
}  // namespace diffjoule::sensors
