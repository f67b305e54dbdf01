// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/sensors/nvml_device.h"
#include "diffjoule/sensors/sensor.h"
#include "diffjoule/sensors/visible_devices.h"

// NVIDIA GPUs through NVML, those that CUDA_VISIBLE_DEVICES leaves to a program.
namespace diffjoule::sensors {
namespace {

std::string first_word(const std::filesystem::path& file) {
  std::string word;
  std::ifstream(file) >> word;
  return word;
}

// The PCI address of a display device of NVIDIA's; empty where there is none.
std::string card_on_the_bus(const std::string& root) {
  std::error_code none;
  for (const auto& device :
       std::filesystem::directory_iterator(std::filesystem::path(root) / "sys/bus/pci/devices", none)) {
    if (first_word(device.path() / "vendor") == "0x10de" && first_word(device.path() / "class").rfind("0x03", 0) == 0)
      return device.path().filename().string();
  }
  return "";
}

std::string without_library(const Surroundings& surroundings, const Error& error) {
  const std::string card = card_on_the_bus(surroundings.root);
  if (card.empty()) return "no NVIDIA driver here (" + error.message() + ")";
  return "there is an NVIDIA GPU at " + card + ", but its driver cannot be used: install it until nvidia-smi works (" +
         error.message() + ")";
}

std::optional<std::string> variable(const Surroundings& surroundings, const char* name) {
  return surroundings.environment ? surroundings.environment(name) : std::nullopt;
}

std::vector<nvidia::Identity> all_gpus(const nvidia::Api& api, std::vector<std::string>& advice) {
  std::vector<nvidia::Identity> gpus;
  unsigned count = 0;
  if (const nvidia::Return code = api.device_count(&count); code != nvidia::success) {
    advice.push_back("counting GPUs: " + nvidia::words(api, code));
    return gpus;
  }
  if (count == 0) advice.emplace_back("the driver is there but shows no GPU; a container needs --gpus all or the like");
  for (unsigned i = 0; i < count; ++i) {
    auto identity = nvidia::identify(api, i);
    if (identity)
      gpus.push_back(*std::move(identity));
    else
      advice.push_back(identity.error().message());
  }
  return gpus;
}

// Of those left visible, in the order of the bus: an order that does not change with the library's mood.
std::vector<nvidia::Identity> visible(const std::vector<nvidia::Identity>& gpus, const Surroundings& surroundings,
                                      std::vector<std::string>& advice) {
  std::vector<PresentGpu> present;
  for (const nvidia::Identity& gpu : gpus) present.push_back({gpu.id, gpu.bus_id, gpu.card.name, gpu.slices});
  const VisibleGpus chosen = visible_gpus(present, variable(surroundings, "CUDA_VISIBLE_DEVICES"),
                                          variable(surroundings, "CUDA_DEVICE_ORDER"));
  advice.insert(advice.end(), chosen.notes.begin(), chosen.notes.end());
  std::vector<nvidia::Identity> kept;
  for (const std::size_t i : chosen.gpus) {
    kept.push_back(gpus[i]);
    if (const auto given = chosen.slices.find(i); given != chosen.slices.end())
      kept.back().given_slices = given->second;
  }
  std::sort(kept.begin(), kept.end(),
            [](const nvidia::Identity& a, const nvidia::Identity& b) { return a.bus_id < b.bus_id; });
  return kept;
}

Found find(const Surroundings& surroundings) {
  Found found;
  auto api = nvidia::load(surroundings.nvml_library);
  if (!api) {
    found.advice.push_back(without_library(surroundings, api.error()));
    return found;
  }
  auto session = nvidia::Session::open(*std::move(api));
  if (!session) {
    found.advice.push_back(session.error().message());
    return found;
  }
  for (const nvidia::Identity& gpu : visible(all_gpus((*session)->api(), found.advice), surroundings, found.advice))
    found.devices.push_back(nvidia::make_device(*session, gpu, surroundings.root));
  return found;
}

}  // namespace

Driver nvml() { return {"nvml", "NVIDIA GPUs, through the driver's management library", find}; }

}  // namespace diffjoule::sensors
