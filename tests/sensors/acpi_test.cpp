// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

using fakes::MadeTree;

TEST(Acpi, TheMeterSaysItsIntervalAndAccuracy) {
  MadeTree tree;
  const std::string folder = "sys/class/hwmon/hwmon2/";
  tree.file("sys/class/hwmon/hwmon1/name", "coretemp");
  tree.file(folder + "name", "power_meter").file(folder + "power1_average", 312'000'000);
  tree.file(folder + "power1_average_interval", 300000).file(folder + "power1_accuracy", "95.0%");
  const Found found = find_in("acpi", tree);
  ASSERT_EQ(found.devices.size(), 1u);
  Device& d = *found.devices[0];
  EXPECT_EQ(reading(d, "power").value, 312.0);
  EXPECT_EQ(channel(d, "power").part, Part::platform);
  EXPECT_EQ(channel(d, "power").averaging_window.in(second), 300.0);
  EXPECT_NEAR(channel(d, "power").relative_uncertainty, 0.05 / std::sqrt(3.0), 1e-12);
  EXPECT_FALSE(index_of(d, "power_limit"));
}

TEST(Acpi, FilesMayStandInTheDevicesOwnFolder) {
  MadeTree tree;
  const std::string folder = "sys/class/hwmon/hwmon0/device/";
  tree.file(folder + "name", "power_meter")
      .file(folder + "power1_average", 90'000'000)
      .file(folder + "power1_cap", 500'000'000);
  tree.file(folder + "power1_model_number", "PM1").file(folder + "power1_serial_number", "S7");
  const Found found = find_in("acpi", tree);
  ASSERT_EQ(found.devices.size(), 1u);
  EXPECT_EQ(found.devices[0]->info().id, "acpi:S7");
  EXPECT_EQ(reading(*found.devices[0], "power").value, 90.0);
  EXPECT_EQ(reading(*found.devices[0], "power_limit").value, 500.0);
  EXPECT_NE(joined(found.devices[0]->info().remarks).find("interval"), std::string::npos);
}

TEST(Acpi, AMeterWhoseFileDoesNotAnswerIsListedWithTheReason) {
  MadeTree tree;
  tree.file("sys/class/hwmon/hwmon0/name", "power_meter");
  const Found found = find_in("acpi", tree);
  ASSERT_EQ(found.devices.size(), 1u);
  EXPECT_TRUE(channel(*found.devices[0], "power").missing);
}

}  // namespace
}  // namespace diffjoule::sensors
