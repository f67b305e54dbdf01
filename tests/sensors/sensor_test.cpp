// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/sensor.h"

#include <cstdlib>
#include <set>

#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

TEST(Sensor, EveryDriverIsNamedOnceAndSaysWhatItIs) {
  std::set<std::string> names;
  for (const Driver& driver : all_drivers()) {
    EXPECT_TRUE(names.insert(driver.name).second) << driver.name;
    EXPECT_FALSE(driver.summary.empty()) << driver.name;
  }
  EXPECT_TRUE(names.contains("rapl"));
}

TEST(Sensor, AdviceOfAllDriversBeginsWithItsDriver) {
  fakes::MadeTree tree;
  fakes::ManualClock clock;
  tree.file("proc/cpuinfo", "processor\t: 0\nvendor_id\t: GenuineIntel");
  const Found found = find_all({.clock = &clock, .root = tree.root(), .nvml_library = "none.so"});
  EXPECT_NE(joined(found.advice).find("rapl: no energy counters"), std::string::npos);
}

TEST(Sensor, WhatIsAbsentIsNotThere) {
  EXPECT_TRUE(Reading{0.0}.there());
  for (const Absence absence : {Absence::not_supported, Absence::no_permission, Absence::lost, Absence::failed}) {
    EXPECT_FALSE((Reading{0.0, absence}).there());
    EXPECT_STRNE(name(absence), "");
  }
}

TEST(Sensor, TheRealSurroundingsReadTheEnvironment) {
  fakes::ManualClock clock;
  const Surroundings real = real_surroundings(clock);
  EXPECT_EQ(real.environment("DIFFJOULE_NO_SUCH_VARIABLE"), std::nullopt);
  EXPECT_EQ(real.environment("PATH").has_value(), std::getenv("PATH") != nullptr);
}

}  // namespace
}  // namespace diffjoule::sensors
