// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>

#include "diffjoule/units/estimate.h"
#include "diffjoule/units/units.h"

// Energy over a cover with the two kinds of its uncertainty: what would differ the next time, and the instrument's
// gain, which would not and which all windows share.
namespace diffjoule::measure {

struct Integral {
  Energy value;
  Energy random;      // standard
  double gain = 0.0;  // standard, of the value
  Energy of_edges;    // the part of `random` that a longer window would not make larger

  [[nodiscard]] Estimate<Energy> estimate() const {
    const double a = random.in(joule), b = gain * value.in(joule);
    return {value, std::sqrt(a * a + b * b) * joule};
  }
};

}  // namespace diffjoule::measure
