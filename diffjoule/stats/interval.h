// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

// The two ends of an interval; what it covers, and how surely, is said by whoever returns one.
namespace diffjoule::stats {

struct Interval {
  double low = 0.0;
  double high = 0.0;

  [[nodiscard]] constexpr bool contains(double value) const { return low <= value && value <= high; }
  [[nodiscard]] constexpr double width() const { return high - low; }
};

}  // namespace diffjoule::stats
