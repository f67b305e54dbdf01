// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/exporter_metrics.h"

#include <gtest/gtest.h>

#include <array>

#include "diffjoule/io/openmetrics_writer.h"

namespace diffjoule::api {
namespace {

os::Instant at(double seconds) { return os::Instant{} + seconds * second; }

measure::RunningTotals two_gpus() {
  sensors::DeviceInfo gpu{.driver = "nvml", .id = "GPU-1", .name = "Card \"A\"", .channels = {}};
  gpu.channels = {{.name = "energy", .measurand = sensors::Measurand::energy}};
  sensors::DeviceInfo other = gpu;
  other.id = "GPU-2";
  return measure::RunningTotals({gpu, other});
}

void say(measure::RunningTotals& totals, std::size_t device, double seconds, double joules) {
  const std::array<std::size_t, 1> channels{0};
  const std::array<sensors::Reading, 1> readings{sensors::Reading{joules}};
  totals.take({device, at(seconds), channels, readings});
}

std::string text_of(const std::vector<io::MetricFamily>& families) {
  std::string text;
  for (const io::MetricFamily& family : families) io::append_metrics(text, family, io::MetricDialect::openmetrics);
  io::end_metrics(text, io::MetricDialect::openmetrics);
  return text;
}

double value_of(const io::Exposition& page, const std::string& selector) {
  const auto wanted = io::parse_metric_selector(selector);
  if (!wanted) return -1.0;
  const auto found = io::chosen(page, *wanted);
  return found.size() == 1 ? found.front()->value : -static_cast<double>(found.size()) - 1.0;
}

TEST(ExporterMetrics, APageReadsBackAsWhatWasMeasured) {
  auto totals = two_gpus();
  for (int i = 0; i <= 10; ++i) {
    say(totals, 0, i, 100.0 * i);
    say(totals, 1, i, 10.0 * i);
  }
  totals.add({"image", at(1), at(3)});
  totals.add({"image", at(5), at(7)});
  const std::string text = text_of(families_of(totals, "flux1-dev", {0, 150.0 * joule}));
  const io::Exposition page = io::parse_openmetrics(text);
  EXPECT_TRUE(page.ended);
  EXPECT_EQ(page.skipped_lines, 0u) << text;
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_gpu_joules_total{gpu_uuid=\"GPU-1\",model=\"flux1-dev\"}"), 1000.0)
      << text;
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_gpu_joules_total{gpu_uuid=\"GPU-2\"}"), 100.0);
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_gpu_phase_joules_total{gpu_uuid=\"GPU-1\",phase=\"image\"}"), 400.0);
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_images_total"), 2.0);
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_predicted_joules_per_image"), 150.0);
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_measured_joules_per_image{basis=\"phase\"}"), 220.0);
}

TEST(ExporterMetrics, ImagesThatWereOnlyMarkedShareAllTheEnergy) {
  auto totals = two_gpus();
  say(totals, 0, 0, 0.0);
  say(totals, 0, 1, 500.0);
  const io::Exposition page = io::parse_openmetrics(text_of(families_of(totals, "", {5, {}})));
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_measured_joules_per_image{basis=\"all\"}"), 100.0);
  EXPECT_EQ(page.family("diffjoule_predicted_joules_per_image"), nullptr);
}

// 2 of 3 phases are known, and more images were marked than phases said: joules and images of the same phases.
TEST(ExporterMetrics, OnlyPhasesWhoseEnergyIsKnownAreDividedBy) {
  auto totals = two_gpus();
  for (int i = 0; i <= 10; ++i) {
    say(totals, 0, i, 100.0 * i);
    say(totals, 1, i + 1, 10.0 * i);
  }
  totals.add({"image", at(0), at(2)});  // before the second GPU was read
  totals.add({"image", at(2), at(4)});
  totals.add({"image", at(5), at(7)});
  const io::Exposition page = io::parse_openmetrics(text_of(families_of(totals, "", {20, {}})));
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_measured_joules_per_image{basis=\"phase\"}"), 220.0);
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_images_total"), 20.0);
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_phases_left_out_total"), 1.0);
}

TEST(ExporterMetrics, RailsOfADeviceAreSeriesOfTheirOwn) {
  sensors::DeviceInfo board{.driver = "jetson", .id = "ina3221", .name = "Board", .channels = {}};
  for (const char* name : {"power.CPU", "power.GPU"})
    board.channels.push_back({.name = name, .measurand = sensors::Measurand::power, .part = sensors::Part::rail});
  measure::RunningTotals totals({board});
  const std::array<std::size_t, 2> channels{0, 1};
  const std::array readings{sensors::Reading{3.0}, sensors::Reading{5.0}};
  totals.take({0, at(0), channels, readings});
  const io::Exposition page = io::parse_openmetrics(text_of(families_of(totals, "", {})));
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_rail_watts{rail=\"CPU\"}"), 3.0);
  EXPECT_DOUBLE_EQ(value_of(page, "diffjoule_rail_watts{rail=\"GPU\"}"), 5.0);
}

TEST(ExporterMetrics, WhatWasNotReadIsAbsentAndNotZero) {
  const auto totals = two_gpus();
  const io::Exposition page = io::parse_openmetrics(text_of(families_of(totals, "", {})));
  EXPECT_EQ(page.family("diffjoule_gpu_joules"), nullptr);
  EXPECT_EQ(page.family("diffjoule_gpu_watts"), nullptr);
}

}  // namespace
}  // namespace diffjoule::api
