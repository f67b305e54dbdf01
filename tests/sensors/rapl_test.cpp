// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Trees as powercap shows them on a desktop Intel, a two-socket server, a Threadripper 1950X and a laptop with MMIO.
#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

using fakes::MadeTree;

const std::string folder = "sys/class/powercap/";

void zone(MadeTree& tree, const std::string& name, const std::string& label, long long energy,
          long long range = 262143328850) {
  tree.file(folder + name + "/name", label).file(folder + name + "/energy_uj", energy);
  tree.file(folder + name + "/max_energy_range_uj", range);
}

void cpu(MadeTree& tree, const std::string& vendor, const std::string& model) {
  tree.file("proc/cpuinfo", "processor\t: 0\nvendor_id\t: " + vendor + "\nmodel name\t: " + model);
}

TEST(Rapl, APackageHoldsItsCoresAndDramStandsBeside) {
  MadeTree tree;
  cpu(tree, "GenuineIntel", "Intel Core i7");
  tree.folder(folder + "intel-rapl");
  zone(tree, "intel-rapl:0", "package-0", 5'000'000);
  zone(tree, "intel-rapl:0:0", "core", 2'000'000);
  zone(tree, "intel-rapl:0:1", "uncore", 1'000'000);
  zone(tree, "intel-rapl:0:2", "dram", 3'000'000, 65712999613);
  zone(tree, "intel-rapl:1", "psys", 9'000'000);
  const Found found = find_in("rapl", tree);
  ASSERT_EQ(found.devices.size(), 2u);
  Device& package = *found.devices[0];
  EXPECT_EQ(package.info().id, "rapl:package-0");
  EXPECT_EQ(package.info().name, "Intel Core i7, package-0");
  EXPECT_EQ(channel(package, "energy").part, Part::cpu_package);
  EXPECT_EQ(channel(package, "energy.core").part, Part::cpu_core);
  EXPECT_EQ(channel(package, "energy.uncore").part, Part::cpu_uncore);
  EXPECT_EQ(channel(package, "energy.dram").part, Part::dram);
  EXPECT_EQ(channel(*found.devices[1], "energy").part, Part::platform);
  EXPECT_EQ(reading(package, "energy").value, 5.0);
  EXPECT_EQ(reading(package, "energy.dram").value, 3.0);
  EXPECT_TRUE(found.advice.empty());
}

TEST(Rapl, TheCounterSaysWhereItStartsAgain) {
  MadeTree tree;
  zone(tree, "intel-rapl:0", "package-0", 262143328850);
  const Found found = find_in("rapl", tree);
  const Channel& energy = channel(*found.devices[0], "energy");
  ASSERT_TRUE(energy.wraps_at);
  EXPECT_DOUBLE_EQ(*energy.wraps_at, 262143.328850);
  EXPECT_FALSE(energy.may_wrap);
  EXPECT_LE(reading(*found.devices[0], "energy").value, *energy.wraps_at);
}

TEST(Rapl, AnUnreadableMaximumMeansThatItMayWrap) {
  MadeTree tree;
  zone(tree, "intel-rapl:0", "package-0", 7);
  for (const std::string range : {"", "0", "unknown"}) {
    tree.file(folder + "intel-rapl:0/max_energy_range_uj", range);
    const Found found = find_in("rapl", tree);
    EXPECT_FALSE(channel(*found.devices[0], "energy").wraps_at) << range;
    EXPECT_TRUE(channel(*found.devices[0], "energy").may_wrap) << range;
    EXPECT_NE(joined(found.devices[0]->info().remarks).find("wraps, nobody says where"), std::string::npos);
  }
}

TEST(Rapl, WithoutPermissionTheChannelIsMissingAndTheAdviceOpensIt) {
  MadeTree tree;
  zone(tree, "intel-rapl:0", "package-0", 7);
  tree.only_root_reads(folder + "intel-rapl:0/energy_uj");
  const fakes::AsNobody nobody;
  if (!nobody.works()) GTEST_SKIP() << "only root can become nobody";
  const Found found = find_in("rapl", tree);
  ASSERT_EQ(found.devices.size(), 1u);
  EXPECT_NE(channel(*found.devices[0], "energy").missing.value_or("").find("no permission"), std::string::npos);
  EXPECT_EQ(reading(*found.devices[0], "energy").absence, Absence::no_permission);
  EXPECT_NE(joined(found.advice).find("sudo chmod o+r"), std::string::npos);
  EXPECT_NE(joined(found.advice).find("intel-rapl:0*/energy_uj"), std::string::npos);
}

// Threadripper 1950X: each die says the watts of the socket.
TEST(Rapl, DiesOfAnAmdSocketAreCountedOnce) {
  MadeTree tree;
  cpu(tree, "AuthenticAMD", "AMD Ryzen Threadripper 1950X");
  zone(tree, "intel-rapl:0", "package-0-die-0", 68'000'000, 65532610987);
  zone(tree, "intel-rapl:0:0", "core", 1'000'000);
  zone(tree, "intel-rapl:1", "package-0-die-1", 68'000'000, 65532610987);
  zone(tree, "intel-rapl:1:0", "core", 1'000'000);
  const Found found = find_in("rapl", tree);
  ASSERT_EQ(found.devices.size(), 2u);
  EXPECT_FALSE(channel(*found.devices[0], "energy").missing);
  EXPECT_NE(channel(*found.devices[1], "energy").missing.value_or("").find("package-0-die-0"), std::string::npos);
  EXPECT_EQ(found.devices[1]->info().channels.size(), 1u);
  EXPECT_NE(joined(found.devices[1]->info().remarks).find("not counted"), std::string::npos);
}

TEST(Rapl, DiesOfAnIntelPackageAreTheirOwnUnlessTheTopologyKnowsOne) {
  MadeTree tree;
  cpu(tree, "GenuineIntel", "Intel Xeon Platinum 9242");
  zone(tree, "intel-rapl:0", "package-0-die-0", 1);
  zone(tree, "intel-rapl:1", "package-0-die-1", 2);
  zone(tree, "intel-rapl:2", "package-1-die-0", 3);
  EXPECT_FALSE(channel(*find_in("rapl", tree).devices[1], "energy").missing);
  tree.file("sys/devices/system/cpu/cpu0/topology/physical_package_id", 0);
  tree.file("sys/devices/system/cpu/cpu0/topology/die_id", 0);
  const Found found = find_in("rapl", tree);
  EXPECT_NE(channel(*found.devices[1], "energy").missing.value_or("").find("topology"), std::string::npos);
  EXPECT_FALSE(channel(*found.devices[2], "energy").missing) << "another socket";
}

TEST(Rapl, TheMmioZoneRepeatsTheMsrZoneAndIsNotCounted) {
  MadeTree tree;
  zone(tree, "intel-rapl:0", "package-0", 5);
  zone(tree, "intel-rapl-mmio:0", "package-0", 5);
  const Found both = find_in("rapl", tree);
  ASSERT_EQ(both.devices.size(), 1u);
  EXPECT_NE(joined(both.devices[0]->info().remarks).find("intel-rapl-mmio:0 repeats"), std::string::npos);
  tree.remove(folder + "intel-rapl:0");
  const Found alone = find_in("rapl", tree);
  ASSERT_EQ(alone.devices.size(), 1u) << "where it is the only one it counts";
  EXPECT_EQ(alone.devices[0]->info().id, "rapl:package-0");
}

TEST(Rapl, ZonesOfOneNameAreCountedOnceAndKeepIdsOfTheirOwn) {
  MadeTree tree;
  zone(tree, "intel-rapl:0", "package-0", 5);
  zone(tree, "intel-rapl:1", "package-0", 5);
  const Found found = find_in("rapl", tree);
  ASSERT_EQ(found.devices.size(), 2u);
  EXPECT_NE(found.devices[0]->info().id, found.devices[1]->info().id);
  EXPECT_TRUE(channel(*found.devices[1], "energy").missing);
}

TEST(Rapl, AVirtualMachineGetsAdviceAndAnArmMachineNone) {
  MadeTree tree;
  EXPECT_TRUE(find_in("rapl", tree).advice.empty());
  cpu(tree, "GenuineIntel", "Intel Xeon Processor (Skylake)");
  const Found found = find_in("rapl", tree);
  EXPECT_TRUE(found.devices.empty());
  EXPECT_NE(joined(found.advice).find("intel_rapl_msr"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::sensors
