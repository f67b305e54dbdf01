// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/containment.h"

#include <gtest/gtest.h>

namespace diffjoule::measure {
namespace {

using sensors::Part;

PartEnergy part(const char* device, Part which, std::optional<double> joules) {
  PartEnergy p;
  p.device = device;
  p.part = which;
  if (joules) p.energy = Estimate<Energy>{*joules * joule, 1.0 * joule};
  return p;
}

Totals total(std::vector<PartEnergy> parts, const std::vector<sensors::DeviceInfo>& devices = {}) {
  mark_counted(parts, devices);
  return totals({"run", 1, 1.0 * second, parts});
}

TEST(Containment, PackageAndCoresAreNotAddedTwice) {
  const Totals t = total({part("rapl:0", Part::cpu_package, 100.0), part("rapl:0", Part::cpu_core, 80.0),
                          part("rapl:0", Part::cpu_uncore, 5.0), part("rapl:0", Part::dram, 20.0)});
  EXPECT_DOUBLE_EQ(t.cpu->value.in(joule), 100.0);
  EXPECT_DOUBLE_EQ(t.dram->value.in(joule), 20.0);
  EXPECT_DOUBLE_EQ(t.all->value.in(joule), 120.0);
}

TEST(Containment, AModuleHoldsItsGpuAndProcessorsButTheGpuIsStillShown) {
  const Totals t = total(
      {part("gh200", Part::module, 900.0), part("gh200", Part::gpu, 600.0), part("grace", Part::cpu_package, 200.0)});
  EXPECT_DOUBLE_EQ(t.all->value.in(joule), 900.0);
  EXPECT_DOUBLE_EQ(t.gpu->value.in(joule), 600.0);
  EXPECT_DOUBLE_EQ(t.cpu->value.in(joule), 200.0);
}

TEST(Containment, AModuleThatSaysNothingHoldsNothing) {
  std::vector<PartEnergy> parts{part("gh200", Part::module, std::nullopt), part("gh200", Part::gpu, 600.0)};
  mark_counted(parts, {});
  EXPECT_TRUE(parts[1].counted);
}

TEST(Containment, AWallMeterHoldsEverything) {
  const Totals t = total(
      {part("wall", Part::wall, 1500.0), part("gpu", Part::gpu, 600.0), part("rapl:0", Part::cpu_package, 100.0)});
  EXPECT_DOUBLE_EQ(t.all->value.in(joule), 1500.0);
}

TEST(Containment, RaplsPlatformDoesNotSeeACard) {
  sensors::DeviceInfo psys;
  psys.driver = "rapl";
  psys.id = "rapl:psys";
  sensors::Channel energy;
  energy.measurand = sensors::Measurand::energy;
  energy.part = Part::platform;
  psys.channels = {energy};
  const Totals t = total({part("rapl:psys", Part::platform, 150.0), part("rapl:0", Part::cpu_package, 100.0),
                          part("gpu", Part::gpu, 600.0)},
                         {psys});
  EXPECT_DOUBLE_EQ(t.all->value.in(joule), 750.0);
}

TEST(Containment, WhatCannotBeReadHereDoesNotVoidTheSum) {
  sensors::DeviceInfo rapl;
  rapl.id = "rapl:0";
  sensors::Channel energy;
  energy.measurand = sensors::Measurand::energy;
  energy.part = Part::cpu_package;
  energy.missing = "readable by root only";
  rapl.channels = {energy};
  const std::vector<PartEnergy> parts{part("rapl:0", Part::cpu_package, std::nullopt), part("gpu", Part::gpu, 600.0)};
  EXPECT_TRUE(total(parts, {rapl}).all);
  EXPECT_FALSE(total(parts).all);  // could be read, and was not this time
}

TEST(Containment, RailsAreShownAndNeverAdded) {
  EXPECT_FALSE(total({part("jetson", Part::rail, 3.0), part("jetson", Part::rail, 4.0)}).all);
}

}  // namespace
}  // namespace diffjoule::measure
