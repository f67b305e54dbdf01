// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/sensors/nvml_machine.h"

// What the driver finds and what it advises; reading is in nvml_device_test.cpp.
namespace diffjoule::sensors {
namespace {

constexpr const char* two_gpus = R"({"order": [0, 1], "gpus": [
  {"uuid": "GPU-aaaa", "bus": 65, "power_w": 100}, {"uuid": "GPU-bbbb", "bus": 1, "power_w": 300}]})";
constexpr const char* two_gpus_swapped = R"({"order": [1, 0], "gpus": [
  {"uuid": "GPU-aaaa", "bus": 65, "power_w": 100}, {"uuid": "GPU-bbbb", "bus": 1, "power_w": 300}]})";

TEST(Nvml, WithoutALibraryThereIsNoDeviceAndOneLineOfAdvice) {
  NvmlMachine machine("{}");
  machine.surroundings.nvml_library = "libnvidia-ml-of-nowhere.so.1";
  machine.find();
  EXPECT_TRUE(machine.found.devices.empty());
  ASSERT_EQ(machine.found.advice.size(), 1U);
  EXPECT_TRUE(machine.advises("no NVIDIA driver"));
}

TEST(Nvml, ACardWithoutItsDriverIsNamed) {
  NvmlMachine machine("{}");
  const auto root = std::filesystem::temp_directory_path() / ("diffjoule-nvml-root-" + std::to_string(getpid()));
  const auto sound = root / "sys/bus/pci/devices/0000:3b:00.1", card = root / "sys/bus/pci/devices/0000:3b:00.0";
  std::filesystem::create_directories(sound);
  std::filesystem::create_directories(card);
  std::ofstream(sound / "vendor") << "0x10de\n";
  std::ofstream(sound / "class") << "0x040300\n";
  machine.surroundings.root = root.string();
  machine.surroundings.nvml_library = "libnvidia-ml-of-nowhere.so.1";
  machine.find();
  EXPECT_TRUE(machine.advises("no NVIDIA driver")) << "a card's sound device is no card";
  std::ofstream(card / "vendor") << "0x10de\n";
  std::ofstream(card / "class") << "0x030200\n";
  machine.find();
  EXPECT_TRUE(machine.advises("an NVIDIA GPU at 0000:3b:00.0"));
  std::filesystem::remove_all(root);
}

TEST(Nvml, ADriverThatIsNotLoadedIsSaidWithWhatToDo) {
  const NvmlMachine machine(R"({"init": "DRIVER_NOT_LOADED"})");
  EXPECT_TRUE(machine.found.devices.empty());
  ASSERT_EQ(machine.found.advice.size(), 1U);
  EXPECT_TRUE(machine.advises("Driver Not Loaded (9)"));
  EXPECT_TRUE(machine.advises("modprobe nvidia"));
}

TEST(Nvml, ADriverThatWasUpdatedUnderTheLibraryIsSaidSo) {
  const NvmlMachine machine(R"({"init": "LIB_RM_VERSION_MISMATCH"})");
  EXPECT_TRUE(machine.found.devices.empty());
  EXPECT_TRUE(machine.advises("reboot"));
}

TEST(Nvml, ADriverWithoutGpusIsSaid) {
  const NvmlMachine machine(R"({"gpus": []})");
  EXPECT_TRUE(machine.found.devices.empty());
  EXPECT_TRUE(machine.advises("shows no GPU"));
}

TEST(Nvml, OneGpuThatCannotBeOpenedDoesNotHideTheOther) {
  const NvmlMachine machine(R"({"gpus": [{"returns": {"handle": "NO_PERMISSION"}}, {"uuid": "GPU-bbbb"}]})");
  ASSERT_EQ(machine.found.devices.size(), 1U);
  EXPECT_EQ(machine.found.devices[0]->info().id, "GPU-bbbb");
  EXPECT_TRUE(machine.advises("opening GPU 0: Insufficient Permissions"));
}

TEST(Nvml, GpusSwappedInOrderKeepTheirIdsAndTheirNumbers) {
  NvmlMachine machine(two_gpus);
  for (const char* script : {two_gpus, two_gpus_swapped}) {
    machine.fake.rewrite(script);
    machine.find();
    ASSERT_EQ(machine.found.devices.size(), 2U);
    EXPECT_EQ(machine.found.devices[0]->info().id, "GPU-bbbb") << "in the order of the bus";
    EXPECT_EQ(machine.found.devices[1]->info().id, "GPU-aaaa");
    EXPECT_EQ(machine.found.devices[1]->info().bus_id, "0000:41:00.0");
    EXPECT_DOUBLE_EQ(machine.read("power.instant", 0).value, 300.0);
    EXPECT_DOUBLE_EQ(machine.read("power.instant", 1).value, 100.0);
  }
}

TEST(Nvml, OnlyVisibleGpusAreMeasured) {
  for (const char* script : {two_gpus, two_gpus_swapped}) {
    const NvmlMachine by_index(script, {{"CUDA_VISIBLE_DEVICES", "1"}, {"CUDA_DEVICE_ORDER", "PCI_BUS_ID"}});
    ASSERT_EQ(by_index.found.devices.size(), 1U);
    EXPECT_EQ(by_index.found.devices[0]->info().id, "GPU-aaaa") << "the second on the bus, whatever NVML's order";
    EXPECT_TRUE(by_index.advises("hides 1 of 2"));
  }
  const NvmlMachine by_uuid(two_gpus, {{"CUDA_VISIBLE_DEVICES", "GPU-b"}});
  ASSERT_EQ(by_uuid.found.devices.size(), 1U);
  EXPECT_EQ(by_uuid.found.devices[0]->info().id, "GPU-bbbb");
  EXPECT_TRUE(NvmlMachine(two_gpus, {{"CUDA_VISIBLE_DEVICES", ""}}).found.devices.empty());
}

TEST(Nvml, ASliceIsMeasuredAsItsWholeCardAndMarked) {
  const NvmlMachine machine(R"({"gpus": [{"uuid": "GPU-aaaa", "mig": ["MIG-1", "MIG-2"]}, {"uuid": "GPU-bbbb"}]})",
                            {{"CUDA_VISIBLE_DEVICES", "MIG-2"}});
  ASSERT_EQ(machine.found.devices.size(), 1U);
  const DeviceInfo& info = machine.found.devices[0]->info();
  EXPECT_EQ(info.id, "GPU-aaaa");
  EXPECT_TRUE(info.partition);
  EXPECT_TRUE(machine.remarks("whole card"));
  EXPECT_TRUE(machine.remarks("its slice MIG-2"));
  EXPECT_TRUE(machine.read("energy").there());
}

TEST(Nvml, ACardWithoutMigIsNoPartition) {
  EXPECT_FALSE(NvmlMachine(R"({"gpus": [{}]})").found.devices.at(0)->info().partition);
}

TEST(Nvml, AGpuThatDoesNotTellItsNameIsStillMeasured) {
  const NvmlMachine machine(R"({"gpus": [{"returns": {"name": "NO_PERMISSION", "capability": "NOT_SUPPORTED",
                               "mig": "NOT_SUPPORTED"}}]})");
  ASSERT_EQ(machine.found.devices.size(), 1U);
  EXPECT_EQ(machine.found.devices[0]->info().name, "NVIDIA GPU");
  EXPECT_TRUE(machine.remarks("assumed"));
}

}  // namespace
}  // namespace diffjoule::sensors
