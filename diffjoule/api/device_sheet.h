// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "diffjoule/api/metered_engine.h"
#include "diffjoule/hardware/gpu.h"
#include "diffjoule/sweep/probes.h"

// What is known of the device that an engine runs on.
namespace diffjoule::api {

// Where calibrate keeps what it learnt of a device: devices/NAME.json beside the usual store.
[[nodiscard]] Result<std::string> calibration_path(const std::string& device, os::Clock& clock);

// Power that nobody measured, of a processor or a card without a sensor: assumed.
inline constexpr Power assumed_power_limit = 100.0 * watt;

struct DeviceSheet {
  GpuSpec sheet;
  std::string origin;  // in words: "calibrated, FILE", "the catalogue", "probed now"
};

// A calibration of the device; else the catalogue's entry of that name; else probes, made now in about ten seconds. An
// error where the engine cannot be probed.
[[nodiscard]] Result<DeviceSheet> device_sheet(const MeteredEngine& engine, const Context& context, os::Clock& clock);

// Probes without sensors too.
[[nodiscard]] Result<sweep::Probes> probe(const MeteredEngine& engine, Duration budget, os::Clock& clock);

}  // namespace diffjoule::api
