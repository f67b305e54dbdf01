// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/units/units.h"

// What an NVIDIA power reading is a mean of, and how often it is new: it depends on the architecture and on the call,
// and the library does not tell. From "Part-time power measurements" (arXiv 2312.02741) and, for which call is a mean
// over a second, from the NVML API Reference.
namespace diffjoule::sensors::nvidia {

struct Card {
  std::string name;
  int major = 0, minor = 0;  // CUDA compute capability (8.0 is GA100, 8.6 the other Amperes); 0.0: not known
  std::string driver = {};   // its version, "550.54.15"
};

enum class PowerCall { instant, average, usage };  // fields 186 and 185, nvmlDeviceGetPowerUsage

struct PowerSampling {
  Duration update_period;
  Duration averaging_window;
  std::string assumed = {};  // what about it nobody has measured; empty: nothing
};

[[nodiscard]] PowerSampling power_sampling(PowerCall call, const Card& card);

// Standard uncertainty of the gain, of energy and power alike. GeForce: root mean square of the errors that the same
// paper found against an external meter (-4.75, -8, +12.7, -0.4 and -4 %). Others: +-5 %, all that NVIDIA states
// (of Fermi and Kepler), taken as a rectangular distribution.
[[nodiscard]] double gain_uncertainty(const Card& card);

}  // namespace diffjoule::sensors::nvidia
