// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/openmetrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace diffjoule::io {
namespace {

TEST(OpenMetrics, AScrapeOfTheDcgmExporterIsRead) {
  const Exposition e = parse_openmetrics(
      "# HELP DCGM_FI_DEV_POWER_USAGE Power draw (in W).\n"
      "# TYPE DCGM_FI_DEV_POWER_USAGE gauge\n"
      "DCGM_FI_DEV_POWER_USAGE{gpu=\"0\",UUID=\"GPU-604a\",modelName=\"NVIDIA A100\",Hostname=\"n1\"} 66.503000\n"
      "DCGM_FI_DEV_POWER_USAGE{gpu=\"1\",UUID=\"GPU-77\"} 71\n"
      "# HELP DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION Total energy consumption since boot (in mJ).\n"
      "# TYPE DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION counter\n"
      "DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{gpu=\"0\"} 9223372036854775794\n");
  ASSERT_EQ(e.families.size(), 2u);
  EXPECT_EQ(e.families[0].type, MetricType::gauge);
  EXPECT_EQ(e.families[0].help, "Power draw (in W).");
  ASSERT_EQ(e.families[0].samples.size(), 2u);
  EXPECT_EQ(e.families[0].samples[0].value, 66.503);
  EXPECT_EQ(*e.families[0].samples[0].label("modelName"), "NVIDIA A100");
  EXPECT_EQ(e.families[0].samples[0].label("pod"), nullptr);
  EXPECT_EQ(e.family("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION")->type, MetricType::counter);
  EXPECT_EQ(e.family("nothing"), nullptr);
  EXPECT_EQ(e.skipped_lines, 0u);
  EXPECT_FALSE(e.ended);
}

TEST(OpenMetrics, SamplesBelongToTheFamilyWithoutTheirSuffix) {
  const Exposition e = parse_openmetrics(
      "# TYPE energy_joules counter\n# UNIT energy_joules joules\nenergy_joules_total 5\nenergy_joules_created 1\n"
      "# TYPE wait_seconds histogram\nwait_seconds_bucket{le=\"+Inf\"} 2\nwait_seconds_sum 3\nwait_seconds_count 2\n"
      "# TYPE load gauge\nload 1\nload_total 2\n# TYPE build info\nbuild_info{version=\"1\"} 1\n# EOF\nignored 1\n");
  EXPECT_EQ(e.family("energy_joules")->samples.size(), 2u);
  EXPECT_EQ(e.family("energy_joules")->unit, "joules");
  EXPECT_EQ(e.family("wait_seconds")->samples.size(), 3u);
  EXPECT_EQ(e.family("load")->samples.size(), 1u) << "a gauge has no suffix";
  EXPECT_EQ(e.family("load_total")->type, MetricType::unknown);
  EXPECT_EQ(e.family("build")->samples.size(), 1u);
  EXPECT_TRUE(e.ended);
  EXPECT_EQ(e.family("ignored"), nullptr) << "nothing stands after the end";
}

TEST(OpenMetrics, EscapesBracesAndCommasInLabelsAreText) {
  const Exposition e = parse_openmetrics("m{a=\"x\\\"y\\\\z\\n\", b = \"{,}=\" , c=\"\\d\",} 1\n");
  ASSERT_EQ(e.families.size(), 1u);
  EXPECT_EQ(e.families[0].samples[0].labels, (MetricLabels{{"a", "x\"y\\z\n"}, {"b", "{,}="}, {"c", "\\d"}}));
}

TEST(OpenMetrics, ValuesMayBeInfiniteOrNotANumber) {
  const Exposition e = parse_openmetrics("a NaN\nb +Inf\nc -inf\nd 1e-3\ne +7\nf -0x1\n");
  EXPECT_TRUE(std::isnan(e.family("a")->samples[0].value));
  EXPECT_EQ(e.family("b")->samples[0].value, HUGE_VAL);
  EXPECT_EQ(e.family("c")->samples[0].value, -HUGE_VAL);
  EXPECT_EQ(e.family("d")->samples[0].value, 1e-3);
  EXPECT_EQ(e.family("e")->samples[0].value, 7.0);
  EXPECT_EQ(e.skipped_lines, 1u);
}

TEST(OpenMetrics, TimesAreSecondsInBothDialects) {
  EXPECT_EQ(parse_openmetrics("a 1 1795894385999\n").families[0].samples[0].timestamp, 1795894385.999);
  EXPECT_EQ(parse_openmetrics("a 1 1795894385.999\n# EOF\n").families[0].samples[0].timestamp, 1795894385.999);
}

TEST(OpenMetrics, ExemplarsQuotedNamesCarriageReturnsAndOtherCommentsAreFine) {
  const Exposition e = parse_openmetrics(
      "\xEF\xBB\xBF# a comment\r\n# TYPE \"my.watts\" gauge\r\n{\"my.watts\",a=\"b\"} 2 # {trace=\"x\"} 1 2\r\n\r\n  x "
      "3 4 # e\r\ny 5");
  EXPECT_EQ(e.skipped_lines, 0u);
  EXPECT_EQ(e.family("my.watts")->samples[0].labels, (MetricLabels{{"a", "b"}}));
  EXPECT_EQ(e.family("my.watts")->type, MetricType::gauge);
  EXPECT_EQ(e.family("y")->samples[0].value, 5.0) << "a last line without its end";
}

TEST(OpenMetrics, ABadLineIsLeftOutWithItsReasonAndTheOthersStay) {
  const Exposition e = parse_openmetrics(
      "good 1\nbad\nbad x\nbad{a=\"b\" 1\nbad{a=\"b} 1\nbad{a} 1\nbad{=\"x\"} 1\nbad{a=b} 1\nbad 1 2 3\nbad 1 "
      "x\n<html>\n"
      "# TYPE\nlast 2\n");
  EXPECT_EQ(e.families.size(), 2u);
  EXPECT_EQ(e.skipped_lines, 11u);
  ASSERT_FALSE(e.skipped.empty());
  EXPECT_EQ(e.skipped[0].line, 2u);
  EXPECT_NE(e.skipped[0].reason.find("expected a number"), std::string::npos);
}

TEST(OpenMetrics, ALogOfOnlyBadLinesListsTheFirstHundred) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "?\n";
  const Exposition e = parse_openmetrics(text);
  EXPECT_EQ(e.skipped_lines, 1000u);
  EXPECT_EQ(e.skipped.size(), 100u);
}

TEST(OpenMetrics, ASelectorChoosesByNameAndLabels) {
  const Exposition e = parse_openmetrics("w{plug=\"a\",room=\"1\"} 1\nw{plug=\"b\"} 2\nv{plug=\"a\"} 3\n");
  const auto count = [&e](std::string_view text) {
    const auto selector = parse_metric_selector(text);
    return selector ? chosen(e, *selector).size() : 99u;
  };
  EXPECT_EQ(count("w"), 2u);
  EXPECT_EQ(count("w{plug=\"a\"}"), 1u);
  EXPECT_EQ(count(" w { plug = a , room=1 } "), 1u) << "as people type it";
  EXPECT_EQ(count("w{room=\"\"}"), 1u) << "an empty value is a label that is not there";
  EXPECT_EQ(count("w{plug=c}"), 0u);
  for (const char* bad : {"", "{a=b}", "w{", "w{a=b", "w x", "1w"}) {
    const auto selector = parse_metric_selector(bad);
    ASSERT_FALSE(selector) << bad;
    EXPECT_NE(selector.error().message().find("expected NAME"), std::string::npos);
  }
}

TEST(OpenMetrics, MutilatedTextIsSurvived) {
  const std::string text =
      "# HELP a \\n\n# TYPE a counter\na_total{x=\"y\\\\\",z=\"\\\"\"} 1e5 17 # {q=\"r\"} 3\n{\"b.c\"} NaN\n# EOF\n";
  std::mt19937 random(20261128);
  for (int round = 0; round < 20000; ++round) {
    std::string made = text.substr(0, random() % (text.size() + 1));
    for (int change = 0; change < 3 && !made.empty(); ++change)
      made[random() % made.size()] = static_cast<char>(random() % 256);
    (void)parse_openmetrics(made);
    (void)parse_metric_selector(made);
  }
}

}  // namespace
}  // namespace diffjoule::io
