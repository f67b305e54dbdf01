// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

// Whether a measurement is to be trusted, and if not, why. A doubtful one is kept, said to be doubtful, and not used in
// a fit without being asked for.
namespace diffjoule::measure {

enum class DoubtKind {
  too_short,      // the window against the sensor's update period
  undersampled,   // bursts shorter than the sensor sees
  gap,            // the sampler or the sensor was silent
  disagreement,   // counter and integrated power differ beyond their uncertainties
  counter_reset,  // the energy counter fell
  counter_stuck,  // it stood still while power flowed
  zero_power,     // 0 W where a device cannot draw 0 W
  throttled,      // thermal, hardware or power brake
  drifted,        // idle before and after differ
  shared,         // other processes used the device
  partition,      // the energy is that of the whole card
  lost,           // the device vanished
  assumed,        // a model, not a sensor
  no_sensor,      // nothing could be read
  interrupted,    // ended by a signal before its time
};
[[nodiscard]] const char* name(DoubtKind kind);

// `words` say what was seen with its numbers, `advice` what to do about it.
struct Doubt {
  DoubtKind kind;
  std::string words;
  std::string advice;
};

using Verdict = std::vector<Doubt>;  // empty: trustworthy

}  // namespace diffjoule::measure
