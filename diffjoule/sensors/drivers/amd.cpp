// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// AMD GPUs through the hwmon files of the kernel driver amdgpu, without any library of the vendor: Documentation/gpu/
// amdgpu/thermal.rst of the kernel. Its power is that of the chip (or the package it names), on desktop cards not of
// the whole board.
#include "diffjoule/sensors/drm_card.h"
#include "diffjoule/sensors/kernel_device.h"

namespace diffjoule::sensors {
namespace {

KernelChannel from(const DrmCard& card, Channel channel, const char* file, double scale = 1e-6) {
  return {std::move(channel), {.pattern = card.hwmon(file), .scale = scale}};
}

// MI250 and MI250X are two dies, each a card to the kernel: the first shows the power of both, the second 0 W.
bool has_two_dies(const DrmCard& card) { return card.device == "0x7408" || card.device == "0x740c"; }

bool is_second_die(const KernelTree& tree, const DrmCard& card) {
  if (!has_two_dies(card)) return false;
  const auto number = [&](const char* file) {
    const auto found = tree.matches(card.hwmon(file));
    return found.empty() ? std::nullopt : tree.whole(found.front());
  };
  return number("power1_average").value_or(0) == 0 && number("power1_cap").value_or(0) == 0;
}

void add_powers(const KernelTree& tree, const DrmCard& card, DeviceInfo& info, std::vector<KernelChannel>& channels) {
  struct Way {
    const char* name;
    const char* file;
  };
  for (const Way way : {Way{"power.average", "power1_average"}, Way{"power.instant", "power1_input"}}) {
    if (tree.matches(card.hwmon(way.file)).empty()) continue;
    Channel c{.name = way.name, .measurand = Measurand::power, .part = Part::gpu, .resolution = 1.0};
    if (is_second_die(tree, card)) {
      c.missing = "this is the second die of the card: the power that the first one shows is that of both";
      info.remarks.push_back(*c.missing);
    }
    channels.push_back(from(card, std::move(c), way.file));
  }
  if (channels.size() == 1)  // none of them yet, or none at all
    channels.push_back(from(card, {.name = "power.average", .measurand = Measurand::power}, "power1_average"));
}

void add_temperatures(const KernelTree& tree, const DrmCard& card, std::vector<KernelChannel>& channels) {
  for (const std::string& path : tree.matches(card.hwmon("temp*_input"))) {
    const std::string file = path.substr(path.rfind('/') + 1);
    const std::string stem = path.substr(0, path.rfind('_'));
    const std::string label = tree.text(stem + "_label").value_or(file.substr(0, file.find('_')));
    const Part part = label == "mem" ? Part::gpu_memory : Part::gpu;
    channels.push_back(from(card,
                            {.name = label == "edge" ? "temperature" : "temperature." + label,
                             .measurand = Measurand::temperature,
                             .part = part,
                             .resolution = 1.0},
                            file.c_str(), 1e-3));
  }
}

void add_others(const KernelTree& tree, const DrmCard& card, std::vector<KernelChannel>& channels) {
  const auto add = [&](Channel channel, const char* file, double scale) {
    if (!tree.matches(card.hwmon(file)).empty()) channels.push_back(from(card, std::move(channel), file, scale));
  };
  add({.name = "power_limit", .measurand = Measurand::power_limit, .resolution = 1.0}, "power1_cap", 1e-6);
  add({.name = "clock", .measurand = Measurand::clock, .resolution = 1e6}, "freq1_input", 1.0);
  add({.name = "clock.memory", .measurand = Measurand::clock, .part = Part::gpu_memory, .resolution = 1e6},
      "freq2_input", 1.0);
  if (tree.has(card.folder + "/gpu_busy_percent")) {
    channels.push_back({{.name = "utilization", .measurand = Measurand::utilization, .resolution = 0.01},
                        {.pattern = card.folder + "/gpu_busy_percent", .scale = 0.01}});
  }
}

std::unique_ptr<KernelDevice> device_of(const KernelTree& tree, const DrmCard& card) {
  const std::string unique = tree.text(card.folder + "/unique_id").value_or("");
  DeviceInfo info{.driver = "amd", .id = "amdgpu:" + (unique.empty() ? card.bus_id : unique), .name = card.name};
  // The dies of one card share its unique id.
  if (has_two_dies(card) && !unique.empty()) info.id += ":" + card.bus_id;
  info.bus_id = card.bus_id;
  info.remarks.push_back("the power is what the chip reports: on desktop cards the board takes more");
  if (!tree.has(card.folder + "/hwmon")) info.remarks.push_back("there is no hwmon yet: it is looked for at each read");
  std::vector<KernelChannel> channels;
  channels.push_back(
      from(card, {.name = "energy", .measurand = Measurand::energy, .resolution = 1e-6}, "energy1_input"));
  if (tree.matches(card.hwmon("energy1_input")).empty() && tree.has(card.folder + "/hwmon"))
    channels.back().channel.missing = "amdgpu shows no energy counter for this card: power is integrated instead";
  add_powers(tree, card, info, channels);
  add_temperatures(tree, card, channels);
  add_others(tree, card, channels);
  return std::make_unique<KernelDevice>(tree, std::move(info), std::move(channels));
}

Found find(const Surroundings& surroundings) {
  const KernelTree tree(surroundings.root);
  Found found;
  for (const DrmCard& card : drm_cards(tree, "0x1002")) {
    if (card.driver != "amdgpu" && card.driver != "") {
      found.advice.push_back(card.name + " is run by the kernel driver " + card.driver +
                             ", which shows no power: amdgpu does");
      continue;
    }
    auto device = device_of(tree, card);
    if (device->forbidden()) found.advice.push_back("sudo chmod o+r " + *device->forbidden() + " opens " + card.name);
    found.devices.push_back(std::move(device));
  }
  return found;
}

}  // namespace

Driver amd() { return {"amd", "AMD GPUs through the kernel's amdgpu (hwmon)", find}; }

}  // namespace diffjoule::sensors
