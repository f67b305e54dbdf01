// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "diffjoule/sensors/nvml_session.h"
#include "diffjoule/sensors/sensor.h"

// One NVIDIA GPU as a Device.
namespace diffjoule::sensors::nvidia {

// Asks every candidate channel once, keeps what answers, and says why the others do not. `root`: of /proc.
[[nodiscard]] std::unique_ptr<Device> make_device(std::shared_ptr<const Session> session, const Identity& identity,
                                                  const std::string& root);

}  // namespace diffjoule::sensors::nvidia
