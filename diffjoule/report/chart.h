// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/report/bar.h"

// A picture as SVG 1.1 text: points on two logarithmic axes of the same quantity, and beside them a few bars. Colours
// are those of Okabe and Ito ("Color Universal Design", 2008), which people with any colour vision tell apart; series
// differ in their marks too. Title and description are there for those who do not see it. Nothing is loaded from
// anywhere.
namespace diffjoule::report {

struct ChartPoint {
  double x = 0.0, y = 0.0;       // above zero, in the axes' unit
  double low = 0.0, high = 0.0;  // of x; both zero: no bar
  bool hollow = false;
  std::string label = {};  // shown by a viewer that is pointed at it
};

struct ChartSeries {
  std::string name;
  std::vector<ChartPoint> points;
};

struct Chart {
  std::string title, description;
  std::string x_label, y_label;  // without unit
  std::string unit;              // of both axes, prefixed ("J" gives "kJ")
  double band = 2.0;             // shaded: y within this factor of x
  std::vector<ChartSeries> series;
  std::string hollow_means = {};  // for the legend; empty: nothing is hollow
  std::string bars_title = {};
  std::vector<Bar> bars = {};  // shares are lengths here, drawn against the longest
};

[[nodiscard]] std::string to_svg(const Chart& chart);

}  // namespace diffjoule::report
