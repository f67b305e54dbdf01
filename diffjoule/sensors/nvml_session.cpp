// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_session.h"

#include <array>
#include <cstdio>

namespace diffjoule::sensors::nvidia {
namespace {

std::string text_of(Return (*function)(Handle, char*, unsigned), Handle device) {
  std::array<char, 128> text{};
  if (function == nullptr || function(device, text.data(), text.size() - 1) != success) return "";
  return text.data();
}

std::string driver_version(const Api& api) {
  std::array<char, 96> text{};
  if (api.driver_version == nullptr || api.driver_version(text.data(), text.size() - 1) != success) return "";
  return text.data();
}

std::string bus_id_of(const Api& api, Handle device) {
  // Older libraries write less than this, and none writes more: the numbers stand at the same place in all.
  PciInfo info{};
  if (api.pci_info == nullptr || api.pci_info(device, &info) != success) return "";
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%04x:%02x:%02x.0", info.domain, info.bus, info.device);
  return text.data();
}

std::vector<std::string> slices_of(const Api& api, Handle device) {
  std::vector<std::string> found;
  unsigned slots = 0;
  if (api.mig_slots == nullptr || api.mig_device_at == nullptr || api.mig_slots(device, &slots) != success)
    return found;
  for (unsigned i = 0; i < slots; ++i) {
    Handle slice = nullptr;
    if (api.mig_device_at(device, i, &slice) != success) continue;  // an empty slot
    if (std::string uuid = text_of(api.uuid, slice); !uuid.empty()) found.push_back(std::move(uuid));
  }
  return found;
}

}  // namespace

Result<std::shared_ptr<const Session>> Session::open(Api api) {
  if (const Return code = api.init(); code != success) {
    std::string next = "nvidia-smi says more";
    if (code == driver_not_loaded) next = "load it (modprobe nvidia) or reboot";
    if (code == library_driver_mismatch) next = "the driver was updated: reboot, or reload its kernel module";
    if (code == no_permission) next = "this user may not open /dev/nvidia*";
    return fail(ErrorCode::unavailable, "starting NVIDIA's management library: " + words(api, code) + "; " + next);
  }
  return std::make_shared<const Session>(std::move(api));
}

Result<Identity> identify(const Api& api, unsigned index) {
  Identity identity;
  const Return code = api.device_at(index, &identity.handle);
  if (code != success)
    return fail(ErrorCode::unavailable, "opening GPU " + std::to_string(index) + ": " + words(api, code));
  identity.bus_id = bus_id_of(api, identity.handle);
  identity.id = text_of(api.uuid, identity.handle);
  if (identity.id.empty()) identity.id = "nvml:" + identity.bus_id;
  identity.card.name = text_of(api.name, identity.handle);
  if (identity.card.name.empty()) identity.card.name = "NVIDIA GPU";
  int major = 0, minor = 0;
  if (api.compute_capability != nullptr && api.compute_capability(identity.handle, &major, &minor) == success) {
    identity.card.major = major;
    identity.card.minor = minor;
  }
  identity.card.driver = driver_version(api);
  unsigned now = 0, pending = 0;
  identity.mig = api.mig_mode != nullptr && api.mig_mode(identity.handle, &now, &pending) == success && now != 0;
  if (identity.mig) identity.slices = slices_of(api, identity.handle);
  return identity;
}

}  // namespace diffjoule::sensors::nvidia
