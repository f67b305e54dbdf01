// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Trees with the files that amdgpu gives an RX 7900 XTX (power1_average, junction and memory temperatures), an MI300X
// (power1_input) and the two dies of an MI250X.
#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

using fakes::MadeTree;

std::string device(int card) { return "sys/class/drm/card" + std::to_string(card) + "/device/"; }

void card(MadeTree& tree, int number, const std::string& id, const std::string& bus) {
  tree.file(device(number) + "vendor", "0x1002").file(device(number) + "device", id);
  tree.file(device(number) + "uevent", "DRIVER=amdgpu\nPCI_SLOT_NAME=" + bus);
}

void desktop(MadeTree& tree) {
  card(tree, 0, "0x744c", "0000:03:00.0");
  const std::string hwmon = device(0) + "hwmon/hwmon4/";
  tree.file(hwmon + "name", "amdgpu").file(hwmon + "power1_average", 31'000'000).file(hwmon + "power1_label", "PPT");
  tree.file(hwmon + "power1_cap", 303'000'000)
      .file(hwmon + "freq1_input", 2'400'000'000)
      .file(hwmon + "freq2_input", 96'000'000);
  tree.file(hwmon + "temp1_input", 41000).file(hwmon + "temp1_label", "edge");
  tree.file(hwmon + "temp2_input", 48000).file(hwmon + "temp2_label", "junction");
  tree.file(hwmon + "temp3_input", 56000).file(hwmon + "temp3_label", "mem");
  tree.file(device(0) + "gpu_busy_percent", 37);
}

TEST(Amd, ADesktopCardShowsPowerAndSaysThatItHasNoCounter) {
  MadeTree tree;
  desktop(tree);
  const Found found = find_in("amd", tree);
  ASSERT_EQ(found.devices.size(), 1u);
  Device& d = *found.devices[0];
  EXPECT_EQ(d.info().id, "amdgpu:0000:03:00.0");
  EXPECT_EQ(d.info().bus_id, "0000:03:00.0");
  EXPECT_EQ(reading(d, "power.average").value, 31.0);
  EXPECT_FALSE(index_of(d, "power.instant"));
  EXPECT_NE(channel(d, "energy").missing.value_or("").find("integrated instead"), std::string::npos);
  EXPECT_EQ(reading(d, "energy").absence, Absence::not_supported) << "never zero";
  EXPECT_EQ(reading(d, "power_limit").value, 303.0);
  EXPECT_EQ(reading(d, "clock").value, 2.4e9);
  EXPECT_EQ(reading(d, "clock.memory").value, 96e6);
  EXPECT_EQ(reading(d, "temperature").value, 41.0);
  EXPECT_EQ(reading(d, "temperature.junction").value, 48.0);
  EXPECT_EQ(channel(d, "temperature.mem").part, Part::gpu_memory);
  EXPECT_DOUBLE_EQ(reading(d, "utilization").value, 0.37);
  EXPECT_NE(joined(d.info().remarks).find("the board takes more"), std::string::npos);
}

TEST(Amd, ACounterThatRunsBackwardsIsPassedOnAsItIs) {
  MadeTree tree;
  card(tree, 0, "0x74a1", "0000:05:00.0");
  const std::string hwmon = device(0) + "hwmon/hwmon1/";
  tree.file(hwmon + "power1_input", 750'000'000).file(hwmon + "energy1_input", 5'000'000);
  const Found found = find_in("amd", tree);
  Device& d = *found.devices[0];
  EXPECT_EQ(reading(d, "power.instant").value, 750.0);
  EXPECT_EQ(reading(d, "energy").value, 5.0);
  tree.file(hwmon + "energy1_input", 4'000'000);
  EXPECT_EQ(reading(d, "energy").value, 4.0) << "whoever measures decides what that means";
  EXPECT_FALSE(channel(d, "energy").may_wrap);
}

TEST(Amd, TheSecondDieOfAnMi250HasNoPowerOfItsOwn) {
  MadeTree tree;
  for (int die = 0; die < 2; ++die) {
    card(tree, die, "0x7408", die == 0 ? "0000:c1:00.0" : "0000:c6:00.0");
    tree.file(device(die) + "unique_id", "a1b2").file(device(die) + "product_name", "AMD INSTINCT MI250X");
    tree.file(device(die) + "hwmon/hwmon0/power1_average", die == 0 ? 90'000'000 : 0);
    tree.file(device(die) + "hwmon/hwmon0/power1_cap", die == 0 ? 560'000'000 : 0);
  }
  const Found found = find_in("amd", tree);
  ASSERT_EQ(found.devices.size(), 2u);
  EXPECT_FALSE(channel(*found.devices[0], "power.average").missing);
  EXPECT_NE(channel(*found.devices[1], "power.average").missing.value_or("").find("second die"), std::string::npos);
  EXPECT_NE(found.devices[0]->info().id, found.devices[1]->info().id);
}

TEST(Amd, AHwmonThatComesLateIsFoundByAReadOfTheListedChannel) {
  MadeTree tree;
  card(tree, 0, "0x744c", "0000:03:00.0");
  const Found found = find_in("amd", tree);
  ASSERT_EQ(found.devices.size(), 1u);
  Device& d = *found.devices[0];
  EXPECT_NE(channel(d, "power.average").missing.value_or("").find("there is no "), std::string::npos);
  EXPECT_NE(joined(d.info().remarks).find("looked for at each read"), std::string::npos);
  EXPECT_EQ(reading(d, "power.average").absence, Absence::not_supported);
  tree.file(device(0) + "hwmon/hwmon9/power1_average", 25'000'000);
  EXPECT_EQ(reading(d, "power.average").value, 25.0);
}

TEST(Amd, ACardOfAnotherDriverGetsAdvice) {
  MadeTree tree;
  card(tree, 0, "0x6798", "0000:03:00.0");
  tree.file(device(0) + "uevent", "DRIVER=radeon");
  const Found found = find_in("amd", tree);
  EXPECT_TRUE(found.devices.empty());
  EXPECT_NE(joined(found.advice).find("radeon"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::sensors
