// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/record.h"

#include "tests/store/samples.h"

namespace diffjoule::store {
namespace {

TEST(Record, ItsColumnsAreThoseOfTheMeasurement) {
  const Imported i = read_samples("codecarbon", {"emissions.csv"});
  const Entry e = entry_of(i.records.at(0), "codecarbon");
  EXPECT_EQ(e.id, i.records[0].measurement.id);
  EXPECT_EQ(e.source, "codecarbon");
  EXPECT_EQ(e.elapsed, 60.0 * second);
  EXPECT_EQ(e.boundary, "gpu, cpu and ram of the machine");
  EXPECT_EQ(e.doubts, 2);
  ASSERT_TRUE(e.energy);
  EXPECT_NEAR(e.energy->value.in(joule), 0.00687499 * 3.6e6, 1e-3);
  EXPECT_GT(e.energy->uncertainty, Energy());
}

TEST(Record, WithoutEnergyTheColumnIsEmpty) {
  const Imported i = read_samples("stable_diffusion_cpp", {"sd_cpp.log"});
  const Entry e = entry_of(i.records.at(0), "stable_diffusion_cpp");
  EXPECT_FALSE(e.energy);
  EXPECT_EQ(e.phases.size(), 4u);
  EXPECT_FALSE(e.phases[0].energy);
}

TEST(Record, TheDocumentSaysSourceBoundaryAndCaveats) {
  const Imported i = read_samples("zeus", {"zeus.csv"});
  const io::Document d = document_of(i.records.at(0), "zeus");
  EXPECT_EQ(*d.find("source")->text(), "zeus");
  EXPECT_EQ(*d.find("boundary")->text(), "gpu");
  EXPECT_FALSE(d.find("caveats")->array()->empty());
  EXPECT_EQ(*d.find("id")->text(), i.records[0].measurement.id);
}

}  // namespace
}  // namespace diffjoule::store
