// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/throttle.h"

#include <cstdio>

namespace diffjoule::sensors {
namespace {

struct Named {
  ThrottleReason bit;
  const char* name;
};

constexpr Named names[] = {
    {throttle_idle, "idle"},
    {throttle_clock_setting, "clock setting"},
    {throttle_power_cap, "power cap"},
    {throttle_hardware, "hardware slowdown"},
    {throttle_sync_boost, "sync boost"},
    {throttle_thermal_software, "thermal (software)"},
    {throttle_thermal_hardware, "thermal (hardware)"},
    {throttle_power_brake, "power brake"},
    {throttle_display, "display clock setting"},
};

}  // namespace

std::vector<std::string> throttle_names(std::uint32_t reasons) {
  std::vector<std::string> found;
  for (const Named& named : names) {
    if ((reasons & named.bit) != 0) found.emplace_back(named.name);
    reasons &= ~static_cast<std::uint32_t>(named.bit);
  }
  if (reasons != 0) {  // bits that a newer driver has: said, not dropped
    char text[32];
    std::snprintf(text, sizeof text, "unknown (0x%x)", reasons);
    found.emplace_back(text);
  }
  return found;
}

}  // namespace diffjoule::sensors
