// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/sensors/nvml_question.h"
#include "diffjoule/sensors/nvml_sampling.h"
#include "diffjoule/sensors/sensor.h"

// The channels that an NVIDIA GPU may have, each with the questions that could answer it, best first.
namespace diffjoule::sensors::nvidia {

struct Candidate {
  Channel channel;
  std::vector<Question> questions;
};

// Grace-Hopper, Grace-Blackwell, GB10: GPU and CPU are one module, and the total energy counter is the module's
// (ml-energy/zeus#172, sustainable-computing-io/kepler#1884).
[[nodiscard]] bool superchip(const std::string& name);

[[nodiscard]] std::vector<Candidate> candidates(const Card& card);

}  // namespace diffjoule::sensors::nvidia
