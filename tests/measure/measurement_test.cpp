// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/measurement.h"

#include <gtest/gtest.h>

#include "diffjoule/io/json.h"
#include "tests/measure/made_measurement.h"

namespace diffjoule::measure {
namespace {

TEST(Measurement, TheDocumentHasUnitsInItsNamesAndReasonsBesideWhatIsMissing) {
  const io::Document d = to_document(made_measurement());
  EXPECT_EQ(*d.find("format")->text(), "diffjoule.measurement");
  EXPECT_EQ(*d.find("version")->integer(), 1);
  const auto& parts = *d.at_path("whole.parts")->array();
  EXPECT_DOUBLE_EQ(parts[0].find("energy_j")->number(), 1234.5);
  EXPECT_DOUBLE_EQ(parts[0].find("energy_uncertainty_j")->number(), 6.5);
  EXPECT_TRUE(parts[0].find("missing")->is_null());
  EXPECT_TRUE(parts[1].find("energy_j")->is_null());
  EXPECT_EQ(*parts[1].find("missing")->text(), "readable by root only");
  EXPECT_TRUE(d.at_path("whole.totals.all_j")->is_null());
  EXPECT_DOUBLE_EQ(d.at_path("whole.totals.gpu_j")->number(), 1234.5);
}

TEST(Measurement, TotalsOfIndependentPartsAddInSquares) {
  Phase phase{"run", 1, 1.0 * second, {}};
  for (const double u : {3.0, 4.0}) {
    PartEnergy p;
    p.energy = Estimate<Energy>{100.0 * joule, u * joule};
    phase.parts.push_back(p);
  }
  const Totals t = totals(phase);
  EXPECT_DOUBLE_EQ(t.gpu->value.in(joule), 200.0);
  EXPECT_DOUBLE_EQ(t.gpu->uncertainty.in(joule), 5.0);
  EXPECT_FALSE(t.cpu);
  EXPECT_FALSE(t.above_idle);
}

TEST(Measurement, EveryEnumeratorHasAName) {
  for (int i = 0; i <= static_cast<int>(Instrument::model); ++i) EXPECT_STRNE(name(static_cast<Instrument>(i)), "");
  for (int i = 0; i <= static_cast<int>(Idle::Kind::unknown); ++i) EXPECT_STRNE(name(static_cast<Idle::Kind>(i)), "");
}

}  // namespace
}  // namespace diffjoule::measure
