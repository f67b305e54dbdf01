// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

// Which GPUs a CUDA program may use, from CUDA_VISIBLE_DEVICES and CUDA_DEVICE_ORDER as the CUDA Programming Guide
// ("CUDA environment variables") defines them: indices, UUIDs and unique beginnings of UUIDs, MIG slices; the first
// entry that names nothing ends the list. CUDA counts from the fastest card, the driver along the PCI bus, so an index
// says nothing by itself: what cannot be decided keeps every GPU and is said.
namespace diffjoule::sensors {

struct PresentGpu {
  std::string uuid;                      // "GPU-..."
  std::string bus_id;                    // PCI, "0000:3b:00.0"
  std::string name;                      // of the model
  std::vector<std::string> slices = {};  // UUIDs of its MIG slices
};

struct VisibleGpus {
  std::vector<std::size_t> gpus;  // indices into what was given, ascending
  // UUIDs of the MIG slices that were named, by their GPU
  std::map<std::size_t, std::vector<std::string>> slices = {};
  std::vector<std::string> notes = {};  // what was left out, assumed or ambiguous
};

// `visible` and `order`: the values of the two variables, absent where they are not set.
[[nodiscard]] VisibleGpus visible_gpus(std::span<const PresentGpu> present, const std::optional<std::string>& visible,
                                       const std::optional<std::string>& order);

}  // namespace diffjoule::sensors
