// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/sensors/sensor.h"

// Readings as the store keeps them: a batch is one run of bytes, 21 for each reading, little-endian: time in ns (i64),
// device (u16), channel (u16), absence (u8), value (f64).
namespace diffjoule::store {

struct StoredReading {
  os::Instant time;
  std::uint16_t device = 0;
  std::uint16_t channel = 0;
  sensors::Reading reading;
};

[[nodiscard]] std::string packed(std::span<const StoredReading> readings);
// Refuses bytes that no packed() wrote.
[[nodiscard]] Result<std::vector<StoredReading>> unpacked(std::string_view bytes);

}  // namespace diffjoule::store
