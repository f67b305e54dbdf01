// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Intel GPUs through the hwmon files of the kernel drivers i915 (6.2 and newer) and xe: Documentation/ABI/testing/
// sysfs-driver-intel-i915-hwmon and sysfs-driver-intel-xe-hwmon of the kernel. Label files tell the card from the
// package (the chip) on it.
#include "diffjoule/sensors/drm_card.h"
#include "diffjoule/sensors/kernel_device.h"

namespace diffjoule::sensors {
namespace {

// The register behind a counter has 32 bits of 2^-14 J and more: the kernel adds its wraps up whenever it is read.
constexpr double resolution = 1.0 / 16384.0;

// The hwmon of the card itself, not of a tile ("i915_gt0"); a pattern where none has come yet.
std::string hwmon_folder(const KernelTree& tree, const DrmCard& card) {
  const auto folders = tree.matches(card.folder + "/hwmon/hwmon*");
  for (const std::string& folder : folders) {
    const std::string name = tree.text(folder + "/name").value_or("");
    if (name == "i915" || name == "xe") return folder;
  }
  return card.folder + "/hwmon/hwmon*";
}

struct Place {
  std::string label;  // "card", "pkg"; xe's first has no label file on older kernels
  std::string number;
};

// The numbers N of KINDN_input or KINDN_max files, with their labels.
std::vector<Place> places(const KernelTree& tree, const std::string& folder, const std::string& kind,
                          const std::string& end) {
  std::vector<Place> found;
  for (const std::string& path : tree.matches(folder + "/" + kind + "*_" + end)) {
    const std::string stem = path.substr(0, path.rfind('_'));
    const std::string number = stem.substr(stem.rfind('/') + 1 + kind.size());
    const std::string label = tree.text(stem + "_label").value_or("");
    found.push_back({label.empty() ? (number == "1" ? "card" : kind + number) : label, number});
  }
  return found;
}

// The card counts as the gpu, as with other vendors; what is inside it is a rail.
Part part_of(const std::string& label, bool card_is_there) {
  if (label == "card") return Part::gpu;
  return label == "pkg" && !card_is_there ? Part::gpu : Part::rail;
}

std::string channel_name(const std::string& measurand, const std::string& label) {
  return label == "card" ? measurand : measurand + "." + label;
}

std::vector<KernelChannel> channels_of(const KernelTree& tree, const std::string& folder) {
  std::vector<KernelChannel> channels;
  const auto energies = places(tree, folder, "energy", "input");
  bool card_is_there = false;
  for (const Place& p : energies) card_is_there = card_is_there || p.label == "card";
  const auto add = [&](Channel channel, const std::string& file, double scale) {
    channels.push_back({std::move(channel), {.pattern = folder + "/" + file, .scale = scale}});
  };
  for (const Place& p : energies) {
    add({.name = channel_name("energy", p.label),
         .measurand = Measurand::energy,
         .part = part_of(p.label, card_is_there),
         .resolution = resolution},
        "energy" + p.number + "_input", 1e-6);
  }
  for (const Place& p : places(tree, folder, "power", "max")) {
    add({.name = channel_name("power_limit", p.label),
         .measurand = Measurand::power_limit,
         .part = part_of(p.label, card_is_there),
         .resolution = 1e-6},
        "power" + p.number + "_max", 1e-6);
  }
  for (const Place& p : places(tree, folder, "temp", "input")) {
    add({.name = p.label == "pkg" || p.label == "card" ? "temperature" : "temperature." + p.label,
         .measurand = Measurand::temperature,
         .part = p.label == "vram" ? Part::gpu_memory : Part::gpu,
         .resolution = 1.0},
        "temp" + p.number + "_input", 1e-3);
  }
  if (energies.empty()) add({.name = "energy", .measurand = Measurand::energy}, "energy1_input", 1e-6);
  return channels;
}

Found find(const Surroundings& surroundings) {
  const KernelTree tree(surroundings.root);
  Found found;
  for (const DrmCard& card : drm_cards(tree, "0x8086")) {
    DeviceInfo info{.driver = "intel_gpu",
                    .id = (card.driver.empty() ? "drm" : card.driver) + ":" + card.bus_id,
                    .name = card.name};
    info.bus_id = card.bus_id;
    auto channels = channels_of(tree, hwmon_folder(tree, card));
    const bool silent =
        channels.back().channel.name == "energy" && tree.matches(channels.back().source.pattern).empty();
    if (silent) {
      info.remarks.push_back(
          "no energy counter of its own: an integrated GPU is inside the processor's package (uncore); a card of its "
          "own "
          "needs Linux 6.2 (i915) or 6.6 (xe)");
    } else {
      info.remarks.push_back(
          "the counter behind the file has 32 bits: the kernel misses a wrap where nobody reads it for many minutes");
      info.remarks.push_back("energy is the card's where the driver labels it so; other energies are inside it");
    }
    auto device = std::make_unique<KernelDevice>(tree, std::move(info), std::move(channels));
    if (device->forbidden()) found.advice.push_back("sudo chmod o+r " + *device->forbidden() + " opens " + card.name);
    found.devices.push_back(std::move(device));
  }
  return found;
}

}  // namespace

Driver intel_gpu() { return {"intel_gpu", "Intel GPUs through the kernel's i915 and xe (hwmon)", find}; }

}  // namespace diffjoule::sensors
