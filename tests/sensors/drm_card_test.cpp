// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/drm_card.h"

#include <gtest/gtest.h>

#include "tests/fakes/made_tree.h"

namespace diffjoule::sensors {
namespace {

using fakes::MadeTree;

MadeTree& card(MadeTree& tree, const std::string& name, const std::string& vendor, const std::string& device) {
  const std::string folder = "sys/class/drm/" + name + "/device/";
  return tree.file(folder + "vendor", vendor).file(folder + "device", device);
}

TEST(DrmCard, OnlyCardsOfTheVendorAreFoundAndNotTheirSockets) {
  MadeTree tree;
  card(tree, "card0", "0x1002", "0x744c");
  card(tree, "card1", "0x8086", "0x56a0");
  card(tree, "card0-HDMI-A-1", "0x1002", "0x744c");
  card(tree, "renderD128", "0x1002", "0x744c");
  ASSERT_EQ(drm_cards(KernelTree(tree.root()), "0x1002").size(), 1u);
  EXPECT_EQ(drm_cards(KernelTree(tree.root()), "0x8086")[0].name, "Intel GPU 0x8086:0x56a0");
  EXPECT_TRUE(drm_cards(KernelTree(tree.root()), "0x10de").empty());
}

TEST(DrmCard, TheNameIsTheCardsOwnOrThatOfPciIds) {
  MadeTree tree;
  card(tree, "card0", "0x1002", "0x744c");
  tree.file(
      "usr/share/misc/pci.ids",
      "# list\n1001  Other\n\t744c  Wrong\n1002  Advanced Micro Devices, Inc. [AMD/ATI]\n\t744b  No\n\t\t744c  1 sub\n"
      "\t744c  Navi 31 [Radeon RX 7900 XT/7900 XTX]\n1003  Third");
  EXPECT_EQ(drm_cards(KernelTree(tree.root()), "0x1002")[0].name, "AMD Navi 31 [Radeon RX 7900 XT/7900 XTX]");
  tree.file("sys/class/drm/card0/device/product_name", "AMD Instinct MI210");
  EXPECT_EQ(drm_cards(KernelTree(tree.root()), "0x1002")[0].name, "AMD Instinct MI210");
}

TEST(DrmCard, ThePciAddressAndTheDriverAreTheKernels) {
  MadeTree tree;
  card(tree, "card0", "0x1002", "0x744c");
  tree.file("sys/class/drm/card0/device/uevent", "DRIVER=amdgpu\nPCI_CLASS=30000\nPCI_SLOT_NAME=0000:03:00.0");
  const DrmCard found = drm_cards(KernelTree(tree.root()), "0x1002")[0];
  EXPECT_EQ(found.bus_id, "0000:03:00.0");
  EXPECT_EQ(found.driver, "amdgpu");
  EXPECT_EQ(found.hwmon("power1_input"), "sys/class/drm/card0/device/hwmon/hwmon*/power1_input");

  MadeTree linked;
  linked.file("sys/devices/pci0000:00/0000:0a:00.0/vendor", "0x1002")
      .link("sys/class/drm/card3/device", "../../../devices/pci0000:00/0000:0a:00.0");
  linked.link("sys/devices/pci0000:00/0000:0a:00.0/driver", "../../../bus/pci/drivers/radeon");
  const DrmCard other = drm_cards(KernelTree(linked.root()), "0x1002")[0];
  EXPECT_EQ(other.bus_id, "0000:0a:00.0");
  EXPECT_EQ(other.driver, "radeon");
}

}  // namespace
}  // namespace diffjoule::sensors
