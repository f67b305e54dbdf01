// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/sensors/nvml_api.h"
#include "tests/fakes/nvml/script.h"

// What a scripted GPU's sensors say at a moment of script time.
namespace diffjoule::fakes::nvml {

// The energy counter over that power, in mJ: steps, resets and all the other faults of the script.
[[nodiscard]] unsigned long long counter_millijoules(const Counter& counter, const TimeFunction& power, double time);
[[nodiscard]] unsigned instant_milliwatts(const Gpu& gpu, const TimeFunction& power, double time);
[[nodiscard]] unsigned average_milliwatts(const Gpu& gpu, double time);

// 0, or what the script has this one say instead.
[[nodiscard]] int refusal(const Gpu& gpu, const std::string& name, double time);

// Answers one field.
void answer(const Gpu& gpu, double time, sensors::nvidia::FieldValue& field);

}  // namespace diffjoule::fakes::nvml
