// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/measurement_view.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

measure::PartEnergy part(double energy_j) {
  measure::PartEnergy p;
  p.device = "GPU-1";
  p.energy = {{energy_j * joule, 0.01 * energy_j * joule}};
  p.mean_power = 100.0 * watt;
  return p;
}

measure::Measurement measured() {
  measure::Measurement m;
  m.command = {"sd"};
  m.exit_code = 0;
  m.devices = {{.driver = "nvml", .id = "GPU-1", .name = "Card", .channels = {}}};
  m.whole = {"run", 1, 10.0 * second, {part(1000.0)}};
  m.phases = {{"denoise", 20, 8.0 * second, {part(900.0)}}};
  return m;
}

std::string shown(const measure::Measurement& m) { return report::to_console(page_of(m), {}); }
bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(MeasurementView, UncertaintyIsTwiceTheStandardOneToTwoDigits) {
  EXPECT_EQ(with_uncertainty({1234.5 * joule, 6.0 * joule}), "1.234 +/- 0.012 kJ");
  EXPECT_EQ(with_uncertainty({3.0 * joule, 0.5 * joule}), "3.0 +/- 1.0 J");
  EXPECT_EQ(with_uncertainty({3.0 * joule, 50.0 * joule}), "3 +/- 100 J");
  EXPECT_EQ(with_uncertainty({0.0 * joule, 0.0 * joule}), "0.00 +/- 0.00 J");
  EXPECT_EQ(with_uncertainty({-2.0 * joule, 1.0 * joule}), "-2.0 +/- 2.0 J");
}

TEST(MeasurementView, ATrustworthyRunSaysSoWithItsPhases) {
  const std::string text = shown(measured());
  for (const char* part : {"denoise x20", "900 +/- 18 J", "1.000 +/- 0.020 kJ", "100 W", "k = 2", "trustworthy"})
    EXPECT_TRUE(holds(text, part)) << part << "\n" << text;
}

TEST(MeasurementView, DoubtsAreSaidOnceWithTheirAdvice) {
  measure::Measurement m = measured();
  const measure::Doubt doubt{measure::DoubtKind::throttled, "thermal for 40 % of the time", "cool it"};
  m.whole.parts[0].verdict.push_back(doubt);
  m.phases[0].parts[0].verdict.push_back(doubt);
  const std::string text = shown(m);
  EXPECT_TRUE(holds(text, "Verdict: doubtful")) << text;
  EXPECT_TRUE(holds(text, "thermal for 40 % of the time - cool it")) << text;
  EXPECT_EQ(text.find("cool it"), text.rfind("cool it")) << text;
  EXPECT_FALSE(holds(text, "trustworthy"));
}

TEST(MeasurementView, WithoutAnySensorItSaysThatNothingWasMeasured) {
  measure::Measurement m;
  m.whole = {"run", 1, 5.0 * second, {}};
  m.exit_code = 0;
  m.notes = {"rapl: readable by root only"};
  const std::string text = shown(m);
  for (const char* part : {"No energy could be measured: no sensor was found", "5.00 s", "readable by root only"})
    EXPECT_TRUE(holds(text, part)) << part << "\n" << text;
  EXPECT_FALSE(holds(text, "trustworthy"));
  EXPECT_FALSE(holds(text, "0 J"));
}

TEST(MeasurementView, WhatIsMissingHasItsReasonAndWhatIsAssumedIsMarked) {
  measure::Measurement m = measured();
  m.devices[0].assumed = true;
  m.phases.clear();
  EXPECT_TRUE(holds(shown(m), "Card, assumed"));
  m.whole.parts[0].energy.reset();
  m.whole.parts[0].missing = "not supported by this card";
  const std::string text = shown(m);
  EXPECT_TRUE(holds(text, "not supported by this card")) << text;
}

}  // namespace
}  // namespace diffjoule::api
