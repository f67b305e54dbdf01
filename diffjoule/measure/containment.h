// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "diffjoule/measure/measurement.h"

// Which joules lie inside which, so that none is added twice.
//
// On one device: wall > platform > module > all below; gpu > its memory; cpu package > cores and uncore (dram is
// apart). Across devices: a wall meter holds everything; a platform everything but GPUs where it is RAPL's psys, which
// does not see cards; a module (Grace, Jetson) the CPUs and memory that other drivers read. A part holds others only if
// it has an energy itself. Rails overlap in ways nobody writes down and are never added; nor are parts that this
// machine lists but cannot read.
namespace diffjoule::measure {

void mark_counted(std::vector<PartEnergy>& parts, const std::vector<sensors::DeviceInfo>& devices);

}  // namespace diffjoule::measure
