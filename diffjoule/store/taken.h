// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "diffjoule/store/import.h"

// The bricks of imported records.
namespace diffjoule::store {

// "zeus-8c0f3a...": the same for the same bytes, so that a file imported twice is there once.
[[nodiscard]] std::string import_id(std::string_view format, std::string_view bytes);

// An empty record of that format: id, program, a whole phase named "run".
[[nodiscard]] Record record_of(std::string_view format, std::string_view bytes);

[[nodiscard]] sensors::DeviceInfo device_of(std::string_view format, std::string id, std::string name);

// A sensor's energy. The file states no uncertainty: the +-5 % that NVIDIA states for its power sensors stand for it
// (rectangular, so 2.9 %), or what the source's rules demand of its meter.
inline constexpr double unstated_accuracy = 0.05;
[[nodiscard]] measure::PartEnergy read_part(const sensors::DeviceInfo& device, sensors::Part part, Energy energy,
                                            double accuracy = unstated_accuracy);
// A model's energy, marked assumed: anything from nothing to twice as much (rectangular).
[[nodiscard]] measure::PartEnergy modelled_part(const sensors::DeviceInfo& device, sensors::Part part, Energy energy,
                                                std::string words, std::string advice);
[[nodiscard]] measure::PartEnergy missing_part(const sensors::DeviceInfo& device, sensors::Part part, std::string why);

// Mean power where energy and time are there.
void set_mean_power(measure::PartEnergy& part, Duration elapsed);

// Seconds since 1970 of "2026-11-28T10:00:00.5", "2026/11/28 10:00:00.5", "11-28-2026 10:00:00.5", with "Z" or "+01:00"
// at the end or without; what states no zone is taken as UTC. nullopt for anything else.
[[nodiscard]] std::optional<Duration> time_from(std::string_view text);

// Without spaces, tabs and line ends at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace diffjoule::store
