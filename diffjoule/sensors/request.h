// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/sensors/sensor.h"

// The requests among the surroundings that are meant for one driver, without its name: of "wall:tcp://h:1" and "model",
// "tcp://h:1" is wall's and "" is model's.
namespace diffjoule::sensors {

[[nodiscard]] inline std::vector<std::string> requests_for(const Surroundings& surroundings, std::string_view driver) {
  std::vector<std::string> found;
  for (const std::string& request : surroundings.requests) {
    const std::string_view rest = request;
    if (!rest.starts_with(driver)) continue;
    if (rest.size() == driver.size())
      found.emplace_back();
    else if (rest[driver.size()] == ':')
      found.emplace_back(rest.substr(driver.size() + 1));
  }
  return found;
}

}  // namespace diffjoule::sensors
