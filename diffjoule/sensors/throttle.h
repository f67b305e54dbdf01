// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Why a device runs slower than it could: bits of a throttle_reasons channel, the same for every vendor (NVML's
// clock-event bits where NVML has one).
namespace diffjoule::sensors {

enum ThrottleReason : std::uint32_t {
  throttle_idle = 0x1,
  throttle_clock_setting = 0x2,
  throttle_power_cap = 0x4,  // normal for diffusion on a capped card: reported, not doubted
  throttle_hardware = 0x8,
  throttle_sync_boost = 0x10,
  throttle_thermal_software = 0x20,
  throttle_thermal_hardware = 0x40,
  throttle_power_brake = 0x80,
  throttle_display = 0x100,
};

// Those that make a measurement doubtful.
inline constexpr std::uint32_t doubtful_throttling =
    throttle_hardware | throttle_thermal_software | throttle_thermal_hardware | throttle_power_brake;

// "power cap, thermal (software)".
[[nodiscard]] std::vector<std::string> throttle_names(std::uint32_t reasons);

}  // namespace diffjoule::sensors
