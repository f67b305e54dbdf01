// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/bar.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "diffjoule/report/text.h"
#include "diffjoule/units/text.h"

namespace diffjoule::report {
namespace {

constexpr std::array<const char*, 8> eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

std::string block_bar(double share, std::size_t width) {
  auto filled = static_cast<std::size_t>(std::lround(share * static_cast<double>(8 * width)));
  if (filled == 0 && share > 0.0) filled = 1;
  std::string bar;
  for (std::size_t i = 0; i < filled / 8; ++i) bar += "█";
  return bar + eighths[filled % 8];
}

std::string ascii_bar(double share, std::size_t width) {
  const auto filled = static_cast<std::size_t>(std::lround(share * static_cast<double>(width)));
  return filled == 0 && share > 0.0 ? "." : std::string(filled, '#');
}

}  // namespace

std::string to_console(const std::vector<Bar>& bars, const Style& style) {
  std::size_t label_width = 0, number_width = 0;
  for (const Bar& bar : bars) {
    label_width = std::max(label_width, display_width(one_line(bar.label)));
    number_width = std::max(number_width, percent_text(bar.share).size());
  }
  std::string out;
  for (const Bar& bar : bars) {
    const double share = std::isfinite(bar.share) ? std::clamp(bar.share, 0.0, 1.0) : 0.0;
    const std::string picture = style.utf8 ? block_bar(share, style.bar_width) : ascii_bar(share, style.bar_width);
    out += "  " + padded_right(one_line(bar.label), label_width) + "  " + padded_right(picture, style.bar_width) + " " +
           padded_left(percent_text(bar.share), number_width) + "\n";
  }
  return out;
}

}  // namespace diffjoule::report
