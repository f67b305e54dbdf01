// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/sensors/kernel_tree.h"

// The graphics cards that the kernel knows, below /sys/class/drm, whoever made them.
namespace diffjoule::sensors {

struct DrmCard {
  std::string folder;       // "sys/class/drm/card0/device"
  std::string driver;       // "amdgpu", "i915", "xe"; empty where none is bound
  std::string vendor;       // "0x1002"
  std::string device;       // "0x740c"
  std::string bus_id = {};  // "0000:03:00.0"; empty where it is on no PCI bus
  std::string name = {};    // as the card or the machine's pci.ids has it, else both ids

  // A file of its hwmon, whichever number that has: "power1_input".
  [[nodiscard]] std::string hwmon(const std::string& file) const { return folder + "/hwmon/hwmon*/" + file; }
};

// Those of one vendor ("0x1002"), by number.
[[nodiscard]] std::vector<DrmCard> drm_cards(const KernelTree& tree, const std::string& vendor);

}  // namespace diffjoule::sensors
