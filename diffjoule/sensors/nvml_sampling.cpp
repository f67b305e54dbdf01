// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_sampling.h"

namespace diffjoule::sensors::nvidia {
namespace {

constexpr Duration millisecond = 1e-3 * second;

// Up to Turing there was one reading, whatever it was asked through.
PowerSampling before_ampere(const Card& card) {
  if (card.major <= 3) return {15.0 * millisecond, 100.0 * millisecond};  // Kepler: a logarithmic rise, not a window
  if (card.major == 5) return {31.0 * millisecond, 14.0 * millisecond};
  if (card.major == 7 && card.minor >= 5) return {100.0 * millisecond, 100.0 * millisecond};
  return {20.0 * millisecond, 10.0 * millisecond};  // Pascal, Volta
}

}  // namespace

PowerSampling power_sampling(PowerCall call, const Card& card) {
  const PowerSampling over_a_second{100.0 * millisecond, 1.0 * second};
  const PowerSampling part_time{100.0 * millisecond, 25.0 * millisecond};  // 75 % of the time is not observed
  if (call == PowerCall::average) return over_a_second;
  if (card.major == 0) {
    const PowerSampling guess = call == PowerCall::instant ? part_time : over_a_second;
    return {guess.update_period, guess.averaging_window, "its architecture is not known"};
  }
  if (card.major < 8) return before_ampere(card);
  const bool ga100 = card.major == 8 && card.minor == 0;
  if (call == PowerCall::usage && !ga100) {
    // Seen on a 3090: a mean over a second in drivers 525 and 535, the moment in 530.
    if (card.driver.rfind("530.", 0) != 0) return over_a_second;
    return {part_time.update_period, part_time.averaging_window, "driver 530 was measured on one card only"};
  }
  if (ga100 || card.major == 9) return part_time;
  return {part_time.update_period, part_time.averaging_window, "measured on A100 and H100 only"};
}

double gain_uncertainty(const Card& card) {
  constexpr double stated = 0.05 / 1.7320508;  // half width over sqrt 3 (GUM 4.3.7)
  return card.name.find("GeForce") != std::string::npos ? 0.073 : stated;
}

}  // namespace diffjoule::sensors::nvidia
