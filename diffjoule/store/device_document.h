// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/sensors/sensor.h"

// A device with all of its channels, so that readings can be understood when nothing else of a run is left.
namespace diffjoule::store {

[[nodiscard]] io::Document document_of(const sensors::DeviceInfo& device);
[[nodiscard]] Result<sensors::DeviceInfo> device_from(const io::Document& document);

}  // namespace diffjoule::store
