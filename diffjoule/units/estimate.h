// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/units/quantity.h"

namespace diffjoule {

// A value and its standard uncertainty (GUM: one standard deviation, of whatever cause).
template <class Q>
struct Estimate {
  Q value;
  Q uncertainty;

  friend constexpr bool operator==(const Estimate&, const Estimate&) = default;
};

}  // namespace diffjoule
