// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/kernel_device.h"

#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

using fakes::MadeTree;

KernelChannel power(const std::string& pattern) {
  return {{.name = "power", .measurand = Measurand::power}, {.pattern = pattern}};
}

KernelDevice device(const MadeTree& made, KernelChannel channel) {
  return KernelDevice(KernelTree(made.root()), {.driver = "test", .id = "test:0", .name = "test"},
                      {std::move(channel)});
}

TEST(KernelDevice, AValueIsInBaseUnitsAndReadAfresh) {
  MadeTree made;
  made.file("hwmon/hwmon0/power1_input", 66503000);
  KernelDevice d = device(made, power("hwmon/hwmon*/power1_input"));
  EXPECT_DOUBLE_EQ(reading(d, "power").value, 66.503);
  made.file("hwmon/hwmon0/power1_input", 0);
  EXPECT_EQ(reading(d, "power").value, 0.0);
  EXPECT_TRUE(reading(d, "power").there()) << "zero watts that were read are a value; the meter doubts them";
}

TEST(KernelDevice, TwoFilesAreMultiplied) {
  MadeTree made;
  made.file("in1_input", 5000).file("curr1_input", 1500);
  KernelDevice d = device(made, {{.name = "power"}, {.pattern = "in1_input", .scale = 1e-6, .factor = "curr1_input"}});
  EXPECT_DOUBLE_EQ(reading(d, "power").value, 7.5);
  made.remove("curr1_input");
  EXPECT_TRUE(reading(d, "power").there()) << "it is open";
  KernelDevice late = device(made, {{.name = "power"}, {.pattern = "in1_input", .factor = "curr1_input"}});
  EXPECT_EQ(reading(late, "power").absence, Absence::not_supported) << "half a product is nothing";
}

TEST(KernelDevice, AHwmonThatComesLateIsMissingAndThenRead) {
  MadeTree made;
  made.folder("device");
  KernelDevice d = device(made, power("device/hwmon/hwmon*/power1_input"));
  ASSERT_TRUE(d.info().channels[0].missing);
  EXPECT_NE(d.info().channels[0].missing->find("there is no "), std::string::npos);
  EXPECT_EQ(reading(d, "power").absence, Absence::not_supported);
  made.file("device/hwmon/hwmon7/power1_input", 5000000);
  EXPECT_EQ(reading(d, "power").value, 5.0);
}

TEST(KernelDevice, WhatCannotBeReadSaysWhy) {
  MadeTree made;
  made.file("text", "N/A").folder("folder").file("secret", 1).only_root_reads("secret");
  EXPECT_NE(device(made, power("text")).info().channels[0].missing->find("no number"), std::string::npos);
  KernelDevice folder = device(made, power("folder"));
  EXPECT_FALSE(folder.info().channels[0].missing) << "what fails now may work a moment later";
  EXPECT_EQ(reading(folder, "power").absence, Absence::failed);
  const fakes::AsNobody nobody;
  if (!nobody.works()) GTEST_SKIP() << "only root can become nobody";
  KernelDevice secret = device(made, power("secret"));
  EXPECT_NE(secret.info().channels[0].missing->find("no permission"), std::string::npos);
  EXPECT_EQ(secret.forbidden(), made.at("secret"));
  EXPECT_EQ(reading(secret, "power").absence, Absence::no_permission);
}

TEST(KernelDevice, EveryOutcomeIsAnAbsenceExceptOne) {
  using Outcome = os::Attribute::Outcome;
  EXPECT_EQ(absence_of(Outcome::fine), Absence::none);
  EXPECT_EQ(absence_of(Outcome::gone), Absence::lost);
  EXPECT_EQ(absence_of(Outcome::not_a_number), Absence::failed);
}

}  // namespace
}  // namespace diffjoule::sensors
