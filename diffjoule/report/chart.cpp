// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/chart.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "diffjoule/units/text.h"

namespace diffjoule::report {
namespace {

constexpr double width = 1040.0, height = 660.0;
constexpr double left = 84.0, top = 56.0, side = 540.0;  // of the square that the points are in
constexpr double beside = left + side + 36.0;            // where the right column begins
constexpr double right_edge = width - 24.0;
constexpr const char* dashes = " stroke-dasharray=\"5 3\"";
constexpr std::array<const char*, 7> colours{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                             "#E69F00", "#56B4E9", "#000000"};

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return out;
}

std::string at(double pixels) { return to_text(std::round(pixels * 10.0) / 10.0, 6); }

struct Style {
  int size = 13;
  const char* anchor = "start";
  const char* fill = "#222222";
  bool bold = false;
  bool upright = false;  // turned by a quarter, for the axis at the left
};

std::string words(double x, double y, const std::string& text, const Style& style) {
  std::string out = "<text x=\"" + at(x) + "\" y=\"" + at(y) + "\" font-size=\"" + std::to_string(style.size) +
                    "\" text-anchor=\"" + style.anchor + "\" fill=\"" + style.fill + "\"";
  if (style.bold) out += " font-weight=\"bold\"";
  if (style.upright) out += " transform=\"rotate(-90 " + at(x) + " " + at(y) + ")\"";
  return out + ">" + escaped(text) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2, const std::string& stroke, double thick,
                 const std::string& more = "") {
  return "<line x1=\"" + at(x1) + "\" y1=\"" + at(y1) + "\" x2=\"" + at(x2) + "\" y2=\"" + at(y2) + "\" stroke=\"" +
         stroke + "\" stroke-width=\"" + at(thick) + "\"" + more + "/>\n";
}

// Without zeros at its end: "2", "1.5".
std::string short_text(double number) {
  std::string text = to_text(number, 3);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

// "10 kJ" for 1e4 J.
std::string tick_text(double value, const std::string& unit) {
  constexpr std::array<const char*, 6> prefixes{"m", "", "k", "M", "G", "T"};
  double scaled = value * 1e3;
  std::size_t prefix = 0;
  while (scaled >= 999.5 && prefix + 1 < prefixes.size()) scaled /= 1e3, ++prefix;
  return short_text(scaled) + " " + prefixes[prefix] + unit;
}

// One logarithmic range for both axes: whole decades where there is room, at least a factor of ten.
struct Range {
  double low, high;  // decimal logarithms
  [[nodiscard]] double x(double value) const { return left + side * (std::log10(value) - low) / (high - low); }
  [[nodiscard]] double y(double value) const { return top + side - (x(value) - left); }
};

Range range_of(const Chart& chart) {
  double low = 1e300, high = -1e300;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& p : series.points) {
      for (const double v : {p.x, p.y, p.low, p.high}) {
        if (!(v > 0.0)) continue;
        low = std::min(low, std::log10(v));
        high = std::max(high, std::log10(v));
      }
    }
  }
  if (low > high) low = 0.0, high = 1.0;
  const double margin = std::max(0.06 * (high - low), 0.5 * (1.0 - (high - low)));
  return {low - margin, high + margin};
}

std::string axes(const Chart& chart, const Range& range) {
  std::string out;
  for (int decade = static_cast<int>(std::floor(range.low)); decade <= static_cast<int>(std::ceil(range.high));
       ++decade) {
    for (int digit = 1; digit < 10; ++digit) {
      const double value = digit * std::pow(10.0, decade), place = std::log10(value);
      if (place < range.low || place > range.high) continue;
      const bool few = range.high - range.low < 1.8;
      const bool named = digit == 1 || (few && (digit == 2 || digit == 5));
      const char* colour = digit == 1 ? "#d5d5d5" : "#f0f0f0";
      out += line(range.x(value), top, range.x(value), top + side, colour, 1.0);
      out += line(left, range.y(value), left + side, range.y(value), colour, 1.0);
      if (!named) continue;
      out += words(range.x(value), top + side + 19.0, tick_text(value, chart.unit), {.anchor = "middle"});
      out += words(left - 8.0, range.y(value) + 4.5, tick_text(value, chart.unit), {.anchor = "end"});
    }
  }
  out += words(left + 0.5 * side, top + side + 44.0, chart.x_label, {.size = 15, .anchor = "middle"});
  out += words(20.0, top + 0.5 * side, chart.y_label, {.size = 15, .anchor = "middle", .upright = true});
  return out;
}

// The diagonal, and between the two lines beside it the band; cut by clip-path at the square.
std::string diagonal(const Chart& chart, const Range& range) {
  const double shift = side * std::log10(chart.band) / (range.high - range.low);
  const double x1 = left - side, y1 = top + 2.0 * side, x2 = left + 2.0 * side, y2 = top - side;
  std::string out = "<polygon points=\"" + at(x1) + "," + at(y1 - shift) + " " + at(x2) + "," + at(y2 - shift) + " " +
                    at(x2) + "," + at(y2 + shift) + " " + at(x1) + "," + at(y1 + shift) +
                    "\" fill=\"#7f7f7f\" fill-opacity=\"0.10\"/>\n";
  return out + line(x1, y1, x2, y2, "#555555", 1.0, dashes);
}

// A mark for each series: another colour and another shape than its neighbours.
std::string mark(std::size_t series, double x, double y, bool hollow) {
  const std::string colour = colours[series % colours.size()];
  const std::string paint = " fill=\"" + (hollow ? "#ffffff" : colour) + "\" fill-opacity=\"" +
                            (hollow ? "0.7" : "0.9") + "\" stroke=\"" + colour + "\" stroke-width=\"1.6\"/>\n";
  constexpr double r = 4.2;
  constexpr std::size_t shapes = 4;
  switch (series % shapes) {
    case 0:
      return "<circle cx=\"" + at(x) + "\" cy=\"" + at(y) + "\" r=\"" + at(r) + "\"" + paint;
    case 1:
      return "<rect x=\"" + at(x - 0.9 * r) + "\" y=\"" + at(y - 0.9 * r) + "\" width=\"" + at(1.8 * r) +
             "\" height=\"" + at(1.8 * r) + "\"" + paint;
    case 2:
      return "<polygon points=\"" + at(x) + "," + at(y - 1.2 * r) + " " + at(x + 1.1 * r) + "," + at(y + 0.8 * r) +
             " " + at(x - 1.1 * r) + "," + at(y + 0.8 * r) + "\"" + paint;
    default:
      return "<polygon points=\"" + at(x) + "," + at(y - 1.25 * r) + " " + at(x + 1.25 * r) + "," + at(y) + " " +
             at(x) + "," + at(y + 1.25 * r) + " " + at(x - 1.25 * r) + "," + at(y) + "\"" + paint;
  }
}

std::string points(const Chart& chart, const Range& range) {
  std::string bars, marks;
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    for (const ChartPoint& p : chart.series[s].points) {
      if (!(p.x > 0.0) || !(p.y > 0.0)) continue;
      if (p.low > 0.0 && p.high > 0.0)
        bars += line(range.x(p.low), range.y(p.y), range.x(p.high), range.y(p.y), colours[s % colours.size()], 1.4,
                     " stroke-opacity=\"0.8\"");
      marks += "<g><title>" + escaped(p.label) + "</title>" + mark(s, range.x(p.x), range.y(p.y), p.hollow) + "</g>\n";
    }
  }
  return bars + marks;
}

// Returns where it ends.
double bar_chart(const Chart& chart, std::string& out) {
  double y = top + 12.0;
  if (chart.bars.empty()) return y;
  out += words(beside, y, chart.bars_title, {.size = 14, .bold = true});
  double longest = 0.0;
  for (const Bar& bar : chart.bars) longest = std::max(longest, bar.share);
  constexpr double labels = 96.0, numbers = 52.0, step = 24.0, thick = 14.0;
  y += 14.0;
  for (const Bar& bar : chart.bars) {
    const double room = right_edge - beside - labels - numbers;
    const double length = longest > 0.0 ? room * std::max(0.0, bar.share) / longest : 0.0;
    out += words(beside + labels - 8.0, y + 12.0, bar.label, {.anchor = "end"});
    out += "<rect x=\"" + at(beside + labels) + "\" y=\"" + at(y) + "\" width=\"" + at(length) + "\" height=\"" +
           at(thick) + "\" fill=\"#0072B2\"/>\n";
    out += words(beside + labels + length + 6.0, y + 12.0, to_text(bar.share, 2), {});
    y += step;
  }
  return y + 26.0;
}

void legend(const Chart& chart, double y, std::string& out) {
  constexpr double most_step = 22.0;
  const double lines = static_cast<double>(chart.series.size()) + (chart.hollow_means.empty() ? 4.0 : 5.0);
  const double step = std::min(most_step, (top + side - y) / lines);
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    out += mark(s, beside + 10.0, y - 4.5, false);
    out += words(beside + 28.0, y, chart.series[s].name, {});
    y += step;
  }
  if (!chart.hollow_means.empty()) {
    out += "<circle cx=\"" + at(beside + 10.0) + "\" cy=\"" + at(y - 4.5) +
           "\" r=\"5\" fill=\"#ffffff\" stroke=\"#555555\" stroke-width=\"1.6\"/>\n";
    out += words(beside + 28.0, y, chart.hollow_means, {});
    y += step;
  }
  out += line(beside, y - 4.5, beside + 20.0, y - 4.5, "#555555", 1.4);
  out += words(beside + 28.0, y, "90 % prediction interval", {});
  y += step;
  out += line(beside, y - 4.5, beside + 20.0, y - 4.5, "#555555", 1.0, dashes);
  out += words(beside + 28.0, y, "measured = predicted", {});
  y += step;
  out += "<rect x=\"" + at(beside) + "\" y=\"" + at(y - 11.0) +
         "\" width=\"20\" height=\"13\" fill=\"#7f7f7f\" fill-opacity=\"0.18\"/>\n";
  out += words(beside + 28.0, y, "within a factor of " + short_text(chart.band), {});
}

}  // namespace

std::string to_svg(const Chart& chart) {
  const Range range = range_of(chart);
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + at(width) + "\" height=\"" + at(height) +
                    "\" viewBox=\"0 0 " + at(width) + " " + at(height) +
                    "\" role=\"img\" aria-labelledby=\"title description\" "
                    "font-family=\"DejaVu Sans, Verdana, Helvetica, Arial, sans-serif\">\n";
  out += "<title id=\"title\">" + escaped(chart.title) + "</title>\n";
  out += "<desc id=\"description\">" + escaped(chart.description) + "</desc>\n";
  const std::string square =
      "x=\"" + at(left) + "\" y=\"" + at(top) + "\" width=\"" + at(side) + "\" height=\"" + at(side) + "\"";
  out += "<defs><clipPath id=\"square\"><rect " + square + "/></clipPath></defs>\n";
  out += "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n";
  out += words(left, 32.0, chart.title, {.size = 17, .bold = true});
  out += axes(chart, range);
  out += "<g clip-path=\"url(#square)\">\n" + diagonal(chart, range) + points(chart, range) + "</g>\n";
  out += "<rect " + square + " fill=\"none\" stroke=\"#222222\" stroke-width=\"1\"/>\n";
  const double below = bar_chart(chart, out);
  legend(chart, below, out);
  return out + "</svg>\n";
}

}  // namespace diffjoule::report
