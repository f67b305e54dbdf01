// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/measurement.h"
#include "diffjoule/measure/trace.h"

// What the device's state was over a cover: temperature, clock, power limit, and the share of time that it was slowed
// down, by reason. Readings stand until the next one; means are over time. Only channels of the same part count.
namespace diffjoule::measure {

void add_conditions(const DeviceTrace& trace, const Cover& cover, PartEnergy& part);

}  // namespace diffjoule::measure
