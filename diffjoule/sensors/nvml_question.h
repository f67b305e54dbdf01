// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "diffjoule/sensors/nvml_api.h"
#include "diffjoule/sensors/sensor.h"

// One thing to ask NVML about a GPU, and asking several at once: all field ids go in one call into the driver.
namespace diffjoule::sensors::nvidia {

struct Question {
  enum class Call {
    field,
    total_energy,
    power_usage,
    enforced_power_limit,
    clock,  // `id`: clock_sm or clock_memory
    temperature,
    clock_reasons,
    utilization,
  };
  Call call = Call::field;
  unsigned id = 0;
  unsigned scope = 0;
  double unit = 1.0;  // of the answer, in SI: 1e-3 for mJ and mW
};

// One reading a question, in their order and in SI.
void ask(const Api& api, Handle device, std::span<const Question> questions, std::span<Reading> answers);

}  // namespace diffjoule::sensors::nvidia
