// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_device.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "diffjoule/sensors/throttle.h"
#include "tests/sensors/nvml_machine.h"

namespace diffjoule::sensors {
namespace {

TEST(NvmlDevice, ReadsEveryKindOfChannelInSi) {
  const NvmlMachine machine(R"({"gpus": [{"power_w": 350, "limit_w": 400, "temperature_c": 61, "sm_clock_mhz": 1410,
      "memory_clock_mhz": 1593, "utilization": 0.97, "throttle_reasons": 36, "throttled_s": {"74": 2.5, "269": 0.25},
      "counter": {"start_j": 5000}}]})");
  ASSERT_EQ(machine.found.devices.size(), 1U);
  machine.fake.move_to(10.0);
  EXPECT_DOUBLE_EQ(machine.read("energy").value, 8500.0);
  EXPECT_DOUBLE_EQ(machine.read("power.instant").value, 350.0);
  EXPECT_DOUBLE_EQ(machine.read("power.average").value, 350.0);
  EXPECT_DOUBLE_EQ(machine.read("power.limit").value, 400.0);
  EXPECT_DOUBLE_EQ(machine.read("temperature").value, 61.0);
  EXPECT_DOUBLE_EQ(machine.read("clock.sm").value, 1.41e9);
  EXPECT_DOUBLE_EQ(machine.read("clock.memory").value, 1.593e9);
  EXPECT_DOUBLE_EQ(machine.read("utilization").value, 0.97);
  EXPECT_EQ(static_cast<std::uint32_t>(machine.read("throttle").value), throttle_power_cap | throttle_thermal_software);
  EXPECT_DOUBLE_EQ(machine.read("throttled.power_cap").value, 2.5);
  EXPECT_DOUBLE_EQ(machine.read("throttled.thermal_software").value, 0.25);
  EXPECT_DOUBLE_EQ(machine.read("throttled.power_brake").value, 0.0);
}

TEST(NvmlDevice, ChannelsHaveNamesOfTheirOwnAndSayWhatTheyAre) {
  const NvmlMachine machine(R"({"gpus": [{}]})");
  std::set<std::string> names;
  for (const Channel& channel : machine.found.devices.at(0)->info().channels) {
    EXPECT_TRUE(names.insert(channel.name).second) << channel.name;
    EXPECT_NE(channel.missing, std::optional<std::string>("")) << channel.name;
  }
  EXPECT_EQ(machine.channel("energy").measurand, Measurand::energy);
  EXPECT_EQ(machine.channel("clock.memory").part, Part::gpu_memory) << "not to be taken for the GPU's clock";
  EXPECT_DOUBLE_EQ(machine.channel("power.instant").averaging_window.in(second), 0.025);
  EXPECT_DOUBLE_EQ(machine.channel("power.average").averaging_window.in(second), 1.0);
}

TEST(NvmlDevice, AllFieldsAreReadInOneCall) {
  const NvmlMachine machine(R"({"gpus": [{}]})");
  const std::vector<std::size_t> channels{machine.index("energy"), machine.index("power.instant"),
                                          machine.index("power.average"), machine.index("power.limit"),
                                          machine.index("throttled.power_cap")};
  std::vector<Reading> readings(channels.size());
  const int before = machine.fake.calls("nvmlDeviceGetFieldValues");
  machine.found.devices[0]->read(channels, readings);
  EXPECT_EQ(machine.fake.calls("nvmlDeviceGetFieldValues"), before + 1);
  EXPECT_EQ(machine.fake.calls("nvmlDeviceGetClockInfo"), 2)
      << "only when it was probed: what is not asked is not read";
  for (const Reading& reading : readings) EXPECT_TRUE(reading.there());
}

TEST(NvmlDevice, ReadingsStandInTheOrderTheyWereAskedIn) {
  const NvmlMachine machine(R"({"gpus": [{"power_w": 200, "temperature_c": 44}]})");
  const std::vector<std::size_t> channels{machine.index("temperature"), machine.index("power.instant"),
                                          machine.index("energy.module"), machine.index("temperature")};
  std::vector<Reading> readings(channels.size());
  machine.found.devices[0]->read(channels, readings);
  EXPECT_EQ(readings[0].value, 44.0);
  EXPECT_EQ(readings[1].value, 200.0);
  EXPECT_EQ(readings[2].absence, Absence::not_supported) << "a missing channel that is asked is absent, not zero";
  EXPECT_EQ(readings[3].value, 44.0);
}

TEST(NvmlDevice, TheCounterIsPassedOnAsReadThroughItsSteps) {
  const NvmlMachine machine(R"({"gpus": [{"power_w": 1000, "counter": {"start_j": 0}}]})");
  EXPECT_DOUBLE_EQ(machine.read_at(1.00, "energy").value, 1000.0);
  EXPECT_DOUBLE_EQ(machine.read_at(1.09, "energy").value, 1000.0);
  EXPECT_DOUBLE_EQ(machine.read_at(1.10, "energy").value, 1100.0);
}

TEST(NvmlDevice, PowerIsAMeanOverItsWindowAndTheCounterItsIntegral) {
  const NvmlMachine machine(
      R"({"gpus": [{"power_w": [[0, 0], [10, 1000]], "ramps": true, "counter": {"start_j": 0}}]})");
  EXPECT_NEAR(machine.read_at(10.0, "energy").value, 5000.0, 1e-3);
  EXPECT_NEAR(machine.read("power.instant").value, 1000.0 - 100.0 * 0.025 / 2, 1e-3);
  EXPECT_NEAR(machine.read("power.average").value, 950.0, 1e-3);
}

TEST(NvmlDevice, ACounterThatResetsOrRunsBackwardsIsPassedOnAsRead) {
  const NvmlMachine machine(R"({"gpus": [
      {"power_w": 100, "counter": {"start_j": 9000, "reset_at_s": 5}},
      {"power_w": 100, "counter": {"start_j": 9000, "backwards_at_s": 5, "backwards_j": 700}}]})");
  EXPECT_DOUBLE_EQ(machine.read_at(4.0, "energy", 0).value, 9400.0);
  EXPECT_DOUBLE_EQ(machine.read_at(6.0, "energy", 0).value, 100.0);
  EXPECT_DOUBLE_EQ(machine.read_at(4.0, "energy", 1).value, 9400.0);
  EXPECT_DOUBLE_EQ(machine.read_at(5.0, "energy", 1).value, 8800.0);
}

TEST(NvmlDevice, AStuckCounterIsPassedOnAsRead) {
  const NvmlMachine machine(R"({"gpus": [{"power_w": 100, "counter": {"start_j": 0, "stuck_s": [2, 4]}}]})");
  EXPECT_DOUBLE_EQ(machine.read_at(2.0, "energy").value, 200.0);
  EXPECT_DOUBLE_EQ(machine.read_at(3.9, "energy").value, 200.0);
  EXPECT_DOUBLE_EQ(machine.read_at(4.0, "energy").value, 400.0);
}

TEST(NvmlDevice, ZeroWattsAreAReading) {
  const NvmlMachine machine(R"({"gpus": [{"power_w": 300, "zero_power_s": [1, 2]}]})");
  const Reading zero = machine.read_at(1.5, "power.instant");
  EXPECT_TRUE(zero.there());
  EXPECT_EQ(zero.value, 0.0);
  EXPECT_EQ(machine.read_at(3.0, "power.instant").value, 300.0);
}

TEST(NvmlDevice, AFieldThatIsNotSupportedIsAMissingChannelWithItsReason) {
  const NvmlMachine machine(R"({"gpus": [{"returns": {"energy": "NOT_SUPPORTED", "energy.scoped": "NOT_SUPPORTED",
                               "power.average": "NO_PERMISSION", "throttled": "NOT_SUPPORTED"}}]})");
  ASSERT_TRUE(machine.channel("energy").missing);
  EXPECT_NE(machine.channel("energy").missing->find("not supported"), std::string::npos);
  ASSERT_TRUE(machine.channel("power.average").missing);
  EXPECT_NE(machine.channel("power.average").missing->find("administrators"), std::string::npos);
  EXPECT_TRUE(machine.channel("throttled.thermal").missing);
  EXPECT_FALSE(machine.channel("power.instant").missing);
  EXPECT_TRUE(machine.remarks("integrated instead"));
  EXPECT_EQ(machine.read("energy").absence, Absence::not_supported);
  EXPECT_TRUE(machine.read("power.instant").there());
}

TEST(NvmlDevice, ATypeThatNobodyKnowsIsAFailedReadNotANumber) {
  const NvmlMachine machine(R"({"gpus": [{"value_types": {"186": 99, "83": 0}, "counter": {"start_j": 77}}]})");
  EXPECT_EQ(machine.read("power.instant").absence, Absence::failed);
  EXPECT_DOUBLE_EQ(machine.read("energy").value, 77.0) << "a double is a number too";
}

TEST(NvmlDevice, TheCounterIsFoundWhereverItIs) {
  const NvmlMachine machine(R"({"gpus": [
      {"returns": {"83": "NOT_SUPPORTED"}, "counter": {"start_j": 7}},
      {"returns": {"83": "NOT_SUPPORTED", "191": "INVALID_ARGUMENT"}, "counter": {"start_j": 8}}]})");
  EXPECT_DOUBLE_EQ(machine.read("energy", 0).value, 7.0) << "field 191";
  EXPECT_DOUBLE_EQ(machine.read("energy", 1).value, 8.0) << "the function";
}

TEST(NvmlDevice, AnOldDriverWithoutFieldsIsReadByItsFunctions) {
  const NvmlMachine machine(R"({"gpus": [{"name": "NVIDIA RTX A6000", "capability": [8, 6], "power_w": 250,
                               "limit_w": 300, "throttle_reasons": 4, "counter": {"start_j": 70}}]})",
                            {}, "old");
  ASSERT_EQ(machine.found.devices.size(), 1U);
  EXPECT_DOUBLE_EQ(machine.read("energy").value, 70.0);
  EXPECT_TRUE(machine.channel("power.instant").missing);
  EXPECT_DOUBLE_EQ(machine.read("power.usage").value, 250.0);
  EXPECT_DOUBLE_EQ(machine.channel("power.usage").averaging_window.in(second), 1.0);
  EXPECT_TRUE(machine.remarks("does not see short bursts"));
  EXPECT_DOUBLE_EQ(machine.read("power.limit").value, 300.0);
  EXPECT_EQ(machine.read("throttle").value, 4.0);
  EXPECT_TRUE(machine.channel("throttled.power_cap").missing);
}

TEST(NvmlDevice, PowerUsageIsNotReadWhereThereIsInstantPower) {
  const NvmlMachine machine(R"({"gpus": [{}]})");
  ASSERT_TRUE(machine.channel("power.usage").missing);
  EXPECT_NE(machine.channel("power.usage").missing->find("power.instant"), std::string::npos);
}

TEST(NvmlDevice, ALostGpuIsAbsentInEveryChannelAndTheOtherGoesOn) {
  const NvmlMachine machine(R"({"gpus": [{"lost_after_s": 3}, {}]})");
  EXPECT_TRUE(machine.read_at(2.9, "energy", 0).there());
  machine.fake.move_to(3.0);
  for (const Channel& channel : machine.found.devices[0]->info().channels) {
    if (channel.missing) continue;
    EXPECT_EQ(machine.read(channel.name, 0).absence, Absence::lost) << channel.name;
    EXPECT_TRUE(machine.read(channel.name, 1).there()) << channel.name;
  }
  EXPECT_EQ(machine.found.devices[0]->occupants(), std::nullopt);
}

TEST(NvmlDevice, ADriverThatVanishesIsALostDeviceUntilItIsFoundAgain) {
  NvmlMachine machine(R"({"vanish_after_s": 3, "gpus": [{}]})");
  EXPECT_TRUE(machine.read_at(2.9, "power.instant").there());
  machine.fake.move_to(3.0);
  for (const Channel& channel : machine.found.devices[0]->info().channels) {
    if (channel.missing) continue;
    EXPECT_EQ(machine.read(channel.name).absence, Absence::lost) << channel.name;
  }
  machine.find();
  EXPECT_TRUE(machine.found.devices.empty());
  EXPECT_TRUE(machine.advises("Driver Not Loaded"));
  machine.fake.move_to(0.0);
  machine.find();
  EXPECT_EQ(machine.found.devices.size(), 1U);
}

TEST(NvmlDevice, AReadThatFailsForAWhileIsAbsentForThatWhile) {
  const NvmlMachine machine(R"({"gpus": [{"returns": {"fields": {"code": "TIMEOUT", "from_s": 1, "until_s": 2}}}]})");
  EXPECT_TRUE(machine.read_at(0.5, "energy").there());
  EXPECT_EQ(machine.read_at(1.5, "energy").absence, Absence::failed);
  EXPECT_TRUE(machine.read_at(2.5, "energy").there());
}

TEST(NvmlDevice, AChannelThatFailsWhileProbingIsKeptForLater) {
  const NvmlMachine machine(
      R"({"gpus": [{"returns": {"temperature": {"code": "TIMEOUT", "until_s": 1}}, "temperature_c": 40}]})");
  EXPECT_FALSE(machine.channel("temperature").missing);
  EXPECT_EQ(machine.read_at(2.0, "temperature").value, 40.0);
}

TEST(NvmlDevice, OnASuperchipTheCounterIsTheModules) {
  const NvmlMachine machine(R"({"gpus": [{"name": "NVIDIA GH200 480GB", "power_w": 300, "module_w": 550,
                               "total_is_module": true, "counter": {"start_j": 0}}]})");
  ASSERT_TRUE(machine.channel("energy").missing);
  EXPECT_NE(machine.channel("energy").missing->find("module"), std::string::npos);
  EXPECT_EQ(machine.channel("energy.module").part, Part::module);
  EXPECT_DOUBLE_EQ(machine.read_at(2.0, "energy.module").value, 2100.0);
  EXPECT_DOUBLE_EQ(machine.read("power.instant").value, 300.0) << "scope 0 is the GPU alone";
  EXPECT_DOUBLE_EQ(machine.read("power.module").value, 550.0);
  EXPECT_TRUE(machine.remarks("its power, integrated"));
}

TEST(NvmlDevice, ASuperchipsTotalCounterIsTheModulesAlsoWithoutScopes) {
  const NvmlMachine machine(R"({"gpus": [{"name": "NVIDIA GB300", "capability": [10, 3], "power_w": 1400,
      "module_w": 2900, "total_is_module": true, "returns": {"191": "NOT_SUPPORTED"}, "counter": {"start_j": 0}}]})");
  EXPECT_TRUE(machine.channel("energy").missing);
  EXPECT_DOUBLE_EQ(machine.read_at(1.0, "energy.module").value, 2900.0);
}

TEST(NvmlDevice, ScopesAreOtherPartsOnlyWhereTheirNumbersAreOthers) {
  const NvmlMachine machine(R"({"gpus": [{"power_w": 300, "memory_w": 50}, {"power_w": 300, "module_w": 300}]})");
  EXPECT_EQ(machine.channel("energy.memory", 0).part, Part::gpu_memory);
  EXPECT_FALSE(machine.channel("energy.memory", 0).missing);
  EXPECT_EQ(machine.read("power.memory", 0).value, 50.0);
  EXPECT_TRUE(machine.channel("power.module", 0).missing);
  ASSERT_TRUE(machine.channel("power.module", 1).missing);
  EXPECT_NE(machine.channel("power.module", 1).missing->find("same number"), std::string::npos);
}

TEST(NvmlDevice, ProcessesAreNamedWithTheirShare) {
  const NvmlMachine machine(R"({"gpus": [{"processes": [{"pid": 11, "sm": 0.6}, {"pid": 12},
                               {"pid": 13, "from_s": 5}]}]})");
  machine.fake.move_to(1.0);
  const auto occupants = machine.found.devices[0]->occupants();
  ASSERT_TRUE(occupants);
  ASSERT_EQ(occupants->size(), 2U);
  EXPECT_EQ((*occupants)[0].pid, 11);
  EXPECT_DOUBLE_EQ((*occupants)[0].utilization.value_or(-1.0), 0.6);
  EXPECT_EQ((*occupants)[1].utilization, std::nullopt) << "no share is known, which is not a share of zero";
}

TEST(NvmlDevice, NobodyOnItIsAnEmptyListAndNoAnswerIsNone) {
  EXPECT_EQ(NvmlMachine(R"({"gpus": [{}]})").found.devices.at(0)->occupants()->size(), 0U);
  const NvmlMachine silent(R"({"gpus": [{"returns": {"processes": "NOT_SUPPORTED"}}]})");
  EXPECT_EQ(silent.found.devices.at(0)->occupants(), std::nullopt);
}

TEST(NvmlDevice, InAContainerNumbersOfTheOutsideAreNotGuessedAt) {
  NvmlMachine machine(R"({"gpus": [{"processes": [{"pid": 11}]}]})");
  const auto root = std::filesystem::temp_directory_path() / ("diffjoule-nvml-ns-" + std::to_string(getpid()));
  std::filesystem::create_directories(root / "proc/self/ns");
  std::filesystem::create_symlink("pid:[4026532000]", root / "proc/self/ns/pid");
  machine.surroundings.root = root.string();
  machine.find();
  EXPECT_EQ(machine.found.devices.at(0)->occupants(), std::nullopt);
  std::filesystem::create_directories(root / "proc/11");
  EXPECT_EQ(machine.found.devices.at(0)->occupants()->size(), 1U) << "one that exists here is meant";
  std::filesystem::remove_all(root);
}

TEST(NvmlDevice, OneSessionIsOpenWhileADeviceLives) {
  NvmlMachine machine(R"({"gpus": [{}, {}]})");
  EXPECT_EQ(machine.fake.open(), 1);
  machine.found.devices.pop_back();
  EXPECT_EQ(machine.fake.open(), 1);
  machine.found.devices.clear();
  EXPECT_EQ(machine.fake.open(), 0);
}

}  // namespace
}  // namespace diffjoule::sensors
