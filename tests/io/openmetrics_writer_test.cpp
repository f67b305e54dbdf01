// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/openmetrics_writer.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace diffjoule::io {
namespace {

MetricFamily joules() {
  return {
      .name = "diffjoule_energy_joules",
      .type = MetricType::counter,
      .help = "Energy \\ of\nthe \"device\".",
      .unit = "joules",
      .samples = {{.name = "diffjoule_energy_joules_total", .labels = {{"gpu_name", "a\"b\\c\nd"}}, .value = 12.5}}};
}

TEST(OpenMetricsWriter, ACounterIsNamedAsEachDialectWantsIt) {
  std::string open, classic;
  append_metrics(open, joules(), MetricDialect::openmetrics);
  end_metrics(open, MetricDialect::openmetrics);
  EXPECT_EQ(open,
            "# TYPE diffjoule_energy_joules counter\n"
            "# UNIT diffjoule_energy_joules joules\n"
            "# HELP diffjoule_energy_joules Energy \\\\ of\\nthe \\\"device\\\".\n"
            "diffjoule_energy_joules_total{gpu_name=\"a\\\"b\\\\c\\nd\"} 12.5\n"
            "# EOF\n");
  append_metrics(classic, joules(), MetricDialect::prometheus);
  end_metrics(classic, MetricDialect::prometheus);
  EXPECT_EQ(classic,
            "# TYPE diffjoule_energy_joules_total counter\n"
            "# HELP diffjoule_energy_joules_total Energy \\\\ of\\nthe \"device\".\n"
            "diffjoule_energy_joules_total{gpu_name=\"a\\\"b\\\\c\\nd\"} 12.5\n");
}

TEST(OpenMetricsWriter, TypesThatTheOldDialectDoesNotKnowBecomeItsOwn) {
  std::string text;
  append_metrics(text, {.name = "build", .type = MetricType::info}, MetricDialect::prometheus);
  append_metrics(text, {.name = "odd"}, MetricDialect::prometheus);
  EXPECT_EQ(text, "# TYPE build_info gauge\n# TYPE odd untyped\n");
}

// Property: whatever is written is read back, in both dialects.
TEST(OpenMetricsWriter, WhatIsWrittenIsReadBack) {
  std::mt19937 random(7);
  const std::string letters = "ab_:9 .{}=,\"\\\n\t#\xC3\xA9";
  const auto text = [&](std::size_t least) {
    std::string made;
    for (std::size_t n = least + random() % 6; made.size() < n;) made += letters[random() % letters.size()];
    return made;
  };
  const double values[] = {0.0, -1.5, 1e300, 5e-324, 1.0 / 3.0, std::numeric_limits<double>::infinity()};
  for (int round = 0; round < 3000; ++round) {
    const std::string name = text(1);
    MetricSample sample{.name = name, .value = values[random() % 6]};
    for (auto n = random() % 3; n > 0; --n) sample.labels.emplace_back(text(1), text(0));
    if (random() % 2 == 0) sample.timestamp = static_cast<double>(random() % 2000000000) + 0.125;
    for (const auto dialect : {MetricDialect::openmetrics, MetricDialect::prometheus}) {
      std::string out;
      append_metrics(out, {.name = name, .type = MetricType::gauge, .samples = {sample}}, dialect);
      end_metrics(out, dialect);
      const Exposition e = parse_openmetrics(out);
      ASSERT_EQ(e.skipped_lines, 0u) << out << e.skipped[0].reason;
      ASSERT_EQ(e.families.size(), 1u) << out;
      ASSERT_EQ(e.families[0].samples.size(), 1u) << out;
      const MetricSample& read = e.families[0].samples[0];
      EXPECT_EQ(read.name, sample.name) << out;
      EXPECT_EQ(read.labels, sample.labels) << out;
      EXPECT_EQ(read.value, sample.value) << out;
      EXPECT_EQ(read.timestamp, sample.timestamp) << out;
    }
  }
}

}  // namespace
}  // namespace diffjoule::io
