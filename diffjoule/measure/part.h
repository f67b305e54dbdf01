// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/integral.h"
#include "diffjoule/measure/measurement.h"
#include "diffjoule/measure/trace.h"

// The energy of one part of one device over a cover: by both instruments where there are two, the better of them, and
// the doubts that its own readings raise. Idle, other processes and what is counted twice come later.
//
// The counter is the better one, since it saw all of the time, unless its edges are more than tolerable (doubts.h) and
// integrated power is surer and not undersampled. Among several power channels (instant, average) those that are not
// undersampled come first, then the smallest standard uncertainty.
namespace diffjoule::measure {

struct PartChannels {
  sensors::Part part = sensors::Part::gpu;
  std::string label = {};  // of one of several rails
  std::optional<std::size_t> counter;
  std::vector<std::size_t> powers;
  std::string missing = {};  // why there is neither
};

// Parts that have an energy or a power channel; every rail is one of its own.
[[nodiscard]] std::vector<PartChannels> parts_of(const sensors::DeviceInfo& device);

// A device of that part may truly draw nothing.
[[nodiscard]] bool zero_is_possible(sensors::Part part);

[[nodiscard]] PartEnergy part_energy(const DeviceTrace& trace, const PartChannels& channels, const Cover& cover,
                                     std::optional<Duration> wanted_period);

}  // namespace diffjoule::measure
