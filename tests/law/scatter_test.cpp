// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/scatter.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

TEST(Scatter, APoorR2OnAGpuIsFlagged) {
  const auto rows = synthetic::runs(8, {}, 141);
  std::vector<std::optional<double>> good(rows.size(), 0.01), bad = good;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].gpu == "small") bad[i] = i % 2 == 0 ? 1.0 : -1.0;
  }
  for (const Symptom& s : quality_by_gpu({"energy", rows, good}).symptoms) EXPECT_FALSE(s.flagged) << s.seen;
  for (const Symptom& s : quality_by_gpu({"energy", rows, bad}).symptoms) {
    EXPECT_EQ(s.flagged, s.where == "small") << s.seen;
    if (s.flagged) {
      EXPECT_NE(s.advice.find("lint"), std::string::npos);
    }
  }
}

TEST(Scatter, OfRepeatsIsTheirNoiseWhateverTheMisfit) {
  std::mt19937_64 random(142);
  std::normal_distribution<double> normal;
  std::vector<Observation> rows;
  for (const Observation& o : synthetic::runs(4, {}, 143)) {
    for (int repeat = 0; repeat < 20; ++repeat) {
      rows.push_back(o);
      rows.back().measured.energy_per_item = std::exp(0.1 * normal(random)) * *o.measured.energy_per_item;
    }
  }
  const std::vector<std::optional<double>> residuals(rows.size(), 0.5);
  const Looked found = repeat_noise({"energy", rows, residuals});
  ASSERT_EQ(found.symptoms.size(), 1U);
  EXPECT_TRUE(found.symptoms.front().flagged);
  EXPECT_NE(found.symptoms.front().seen.find("misfit of groups 0.50"), std::string::npos)
      << found.symptoms.front().seen;
  EXPECT_EQ(found.symptoms.front().units, 24U * 19U);
  // Times were copied as they are.
  EXPECT_FALSE(repeat_noise({"time", rows, residuals}).symptoms.front().flagged);
}

TEST(Scatter, SourcesWithoutRepeatsAreNamed) {
  const auto rows = synthetic::runs(4, {}, 144);
  const std::vector<std::optional<double>> residuals(rows.size(), 0.1);
  const Looked found = repeat_noise({"energy", rows, residuals});
  EXPECT_TRUE(found.symptoms.empty());
  EXPECT_NE(found.notes.front().find("none of laboratory"), std::string::npos) << found.notes.front();
}

}  // namespace
}  // namespace diffjoule::law
