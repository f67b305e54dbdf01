// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/report/chart.h"

#include <gtest/gtest.h>

namespace diffjoule::report {
namespace {

Chart two_points() {
  Chart c;
  c.title = "Energy of <one> item";
  c.description = "Two points & a bar.";
  c.x_label = "predicted";
  c.y_label = "measured";
  c.unit = "J";
  c.series = {{"U-Net", {{100.0, 120.0, 90.0, 110.0, false, "sd15 on \"A100\""}}}, {"DiT", {{5e4, 4e4}}}};
  c.bars_title = "mean |ln|";
  c.bars = {{"roofline", 0.065}, {"paper", 0.227}};
  return c;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

TEST(Chart, HasTitleDescriptionAndEscapedWords) {
  const std::string svg = to_svg(two_points());
  EXPECT_NE(svg.find("<title id=\"title\">Energy of &lt;one&gt; item</title>"), std::string::npos);
  EXPECT_NE(svg.find("<desc id=\"description\">Two points &amp; a bar.</desc>"), std::string::npos);
  EXPECT_NE(svg.find("sd15 on &quot;A100&quot;"), std::string::npos);
  EXPECT_EQ(svg.find("nan"), std::string::npos);
}

TEST(Chart, IsWellNested) {
  const std::string svg = to_svg(two_points());
  for (const std::string tag : {"svg", "g", "text", "title", "defs", "clipPath"})
    EXPECT_EQ(count(svg, "<" + tag + " ") + count(svg, "<" + tag + ">"), count(svg, "</" + tag + ">")) << tag;
}

TEST(Chart, AxesHaveDecadesWithUnits) {
  const std::string svg = to_svg(two_points());
  EXPECT_EQ(count(svg, ">1 kJ</text>"), 2U);
  EXPECT_EQ(count(svg, ">10 kJ</text>"), 2U);
}

TEST(Chart, HollowPointsAreExplainedWhereThereAreSome) {
  Chart c = two_points();
  EXPECT_EQ(to_svg(c).find("several"), std::string::npos);
  c.hollow_means = "hollow: several GPUs";
  EXPECT_NE(to_svg(c).find("several"), std::string::npos);
}

TEST(Chart, OfNothingIsAnEmptySquare) {
  const std::string svg = to_svg(Chart{});
  EXPECT_EQ(svg.find("nan"), std::string::npos);
  EXPECT_EQ(svg.find("inf"), std::string::npos);
  EXPECT_NE(svg.find("</svg>"), std::string::npos);
}

TEST(Chart, PointsThatNoLogarithmHasAreLeftOut) {
  Chart c = two_points();
  const std::size_t before = count(to_svg(c), "<g><title>");
  c.series[1].points.push_back({0.0, 5.0});
  EXPECT_EQ(count(to_svg(c), "<g><title>"), before);
}

}  // namespace
}  // namespace diffjoule::report
