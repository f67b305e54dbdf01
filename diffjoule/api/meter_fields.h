// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/api/verb.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/sensors/sensor.h"

// The fields that say which sensors are read and how, the same for every verb that meters.
namespace diffjoule::api {

// --devices, --sensor, --assume, --period.
[[nodiscard]] std::vector<Field> meter_fields();

// What was asked for, of what is here: with --assume and no sensor, the model.
[[nodiscard]] Result<sensors::Found> sensors_of(const Request& request, os::Clock& clock);

// Those named: ids, beginnings of ids, or drivers ("GPU-1f3a", "rapl", "nvml"); an error lists what is there.
[[nodiscard]] Result<sensors::Found> chosen_devices(sensors::Found found, const std::vector<std::string>& names);

// The value of --sensor that --assume stands for.
inline constexpr const char* assumed_sensor = "model";

}  // namespace diffjoule::api
