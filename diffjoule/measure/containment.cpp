// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/containment.h"

#include <algorithm>
#include <string>

#include "diffjoule/measure/part.h"

namespace diffjoule::measure {
namespace {

using sensors::Part;

int rank(Part part) {
  switch (part) {
    case Part::wall:
      return 4;
    case Part::platform:
      return 3;
    case Part::module:
      return 2;
    case Part::gpu:
    case Part::cpu_package:
    case Part::dram:
      return 1;
    case Part::gpu_memory:
    case Part::cpu_core:
    case Part::cpu_uncore:
    case Part::rail:
      return 0;
  }
  return 0;
}

bool of_the_processor(Part part) {
  return part == Part::cpu_package || part == Part::cpu_core || part == Part::cpu_uncore || part == Part::dram;
}

const sensors::DeviceInfo* find(const std::vector<sensors::DeviceInfo>& devices, const std::string& id) {
  for (const sensors::DeviceInfo& d : devices) {
    if (d.id == id) return &d;
  }
  return nullptr;
}

bool holds(const PartEnergy& outer, const PartEnergy& inner, const std::vector<sensors::DeviceInfo>& devices) {
  if (rank(outer.part) <= rank(inner.part)) return false;
  if (outer.part == Part::gpu) return inner.part == Part::gpu_memory && outer.device == inner.device;
  const bool core = inner.part == Part::cpu_core || inner.part == Part::cpu_uncore;
  if (outer.part == Part::cpu_package) return core && outer.device == inner.device;
  if (outer.part == Part::dram) return false;
  if (outer.device == inner.device || outer.part == Part::wall) return true;
  if (outer.part == Part::module) return of_the_processor(inner.part);
  const sensors::DeviceInfo* device = find(devices, outer.device);
  return device == nullptr || device->driver != "rapl" || of_the_processor(inner.part);
}

bool can_be_read(const PartEnergy& part, const std::vector<sensors::DeviceInfo>& devices) {
  const sensors::DeviceInfo* device = find(devices, part.device);
  if (device == nullptr) return true;
  const std::vector<PartChannels> all = parts_of(*device);
  return std::any_of(all.begin(), all.end(), [&part](const PartChannels& c) {
    return c.part == part.part && c.label == part.channel && (c.counter || !c.powers.empty());
  });
}

}  // namespace

void mark_counted(std::vector<PartEnergy>& parts, const std::vector<sensors::DeviceInfo>& devices) {
  for (PartEnergy& part : parts) {
    part.counted = part.part != Part::rail && can_be_read(part, devices) &&
                   std::none_of(parts.begin(), parts.end(),
                                [&](const PartEnergy& outer) { return outer.energy && holds(outer, part, devices); });
  }
}

}  // namespace diffjoule::measure
