// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_sampling.h"

namespace diffjoule::sensors::nvidia {
namespace {

constexpr Duration millisecond = 1e-3 * second;

// Up to Turing there was one reading, whatever it was asked through.
PowerSampling before_ampere(int major, int minor) {
  if (major <= 3) return {15.0 * millisecond, 100.0 * millisecond};  // Kepler: a logarithmic rise, not a window
  if (major == 5) return {31.0 * millisecond, 14.0 * millisecond};
  if (major == 7 && minor >= 5) return {100.0 * millisecond, 100.0 * millisecond};
  return {20.0 * millisecond, 10.0 * millisecond};  // Pascal, Volta
}

}  // namespace

PowerSampling power_sampling(PowerCall call, int major, int minor) {
  const PowerSampling over_a_second{100.0 * millisecond, 1.0 * second};
  const PowerSampling part_time{100.0 * millisecond, 25.0 * millisecond};  // 75 % of the time is not observed
  if (call == PowerCall::average) return over_a_second;
  if (major == 0) {
    const PowerSampling guess = call == PowerCall::instant ? part_time : over_a_second;
    return {guess.update_period, guess.averaging_window, "its architecture is not known"};
  }
  if (major < 8) return before_ampere(major, minor);
  const bool ga100 = major == 8 && minor == 0;
  if (call == PowerCall::usage) return ga100 ? part_time : over_a_second;
  if (ga100 || major == 9) return part_time;
  return {part_time.update_period, part_time.averaging_window, "measured on A100 and H100 only"};
}

double gain_uncertainty(const std::string& gpu_name) {
  constexpr double stated = 0.05 / 1.7320508;  // half width over sqrt 3 (GUM 4.3.7)
  return gpu_name.find("GeForce") != std::string::npos ? 0.073 : stated;
}

}  // namespace diffjoule::sensors::nvidia
