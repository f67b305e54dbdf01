// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/sensors/sensor.h"

// Sensors that nobody finds by looking: they are asked for by the name of their driver, a colon and what it takes.
namespace diffjoule::sensors {

// The requests among the surroundings that are meant for one driver, without its name: of "wall:tcp://h:1" and "model",
// "tcp://h:1" is wall's and "" is model's.
[[nodiscard]] std::vector<std::string> requests_for(const Surroundings& surroundings, std::string_view driver);

// find_all(), where a request that no driver understands, or that leads to no device, is an error.
[[nodiscard]] Result<Found> find_asked(const Surroundings& surroundings);

}  // namespace diffjoule::sensors
