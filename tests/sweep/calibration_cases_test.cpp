// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/calibration_cases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "diffjoule/law/form.h"

namespace diffjoule::sweep {
namespace {

class CasesOfACalibration : public testing::Test {
 protected:
  dataset::Observer dataset{models::Catalogue(io::DataFiles()), GpuCatalogue(io::DataFiles())};
  Observer observer{dataset, "A100-SXM-80GB", "test"};
  law::Law law = [] {
    law::Law l = law::form_named("device").value()->fit({}).value();
    l.form = "device";
    return l;
  }();

  Cases cases(std::vector<std::string> models, Duration budget, std::vector<DType> arithmetic = {}) {
    return cases_for({std::move(models), std::move(arithmetic), budget}, law, observer).value();
  }
};

TEST_F(CasesOfACalibration, AreFourCornersAndOneInsideThatIsNotFitted) {
  const Cases all = cases({"sd15"}, 1000.0 * second);
  ASSERT_EQ(all.configurations.size(), 5U);
  std::set<std::pair<std::int64_t, std::int64_t>> corners;
  std::set<std::int64_t> sides, steps;
  for (const Configuration& c : all.configurations) {
    if (c.check) continue;
    corners.emplace(*c.workload.width, *c.workload.steps);
    sides.insert(*c.workload.width);
    steps.insert(*c.workload.steps);
  }
  EXPECT_EQ(corners.size(), 4U);
  const Workload& inside = all.configurations.back().workload;
  EXPECT_TRUE(all.configurations.back().check);
  EXPECT_TRUE(*sides.begin() < *inside.width && *inside.width < *sides.rbegin());
  EXPECT_TRUE(*steps.begin() < *inside.steps && *inside.steps < *steps.rbegin());
}

TEST_F(CasesOfACalibration, FitIntoTheirTimeWhereAnyDo) {
  Duration last = 1e9 * second;
  for (const double budget : {1000.0, 100.0, 20.0, 5.0}) {
    const Cases all = cases({"sd15"}, budget * second);
    EXPECT_LE(all.expected, budget * second);
    EXPECT_LE(all.expected, last);
    last = all.expected;
  }
  EXPECT_EQ(cases({"sd15"}, 1e-6 * second).configurations.front().workload.width, 64);  // the least there are
}

TEST_F(CasesOfACalibration, OfTwoModelsShareIt) {
  const Cases all = cases({"sd15", "sdxl-base"}, 60.0 * second);
  EXPECT_EQ(all.configurations.size(), 10U);
  EXPECT_LE(all.expected, 60.0 * second);
}

TEST_F(CasesOfACalibration, RunInWhatTheDeviceMultiplies) {
  for (const Configuration& c : cases({"sd15"}, 60.0 * second, {DType::float32, DType::bfloat16}).configurations)
    EXPECT_EQ(c.workload.dtype, DType::bfloat16);
  for (const Configuration& c : cases({"sd15"}, 60.0 * second, {DType::float32}).configurations)
    EXPECT_EQ(c.workload.dtype, DType::float32);
}

TEST_F(CasesOfACalibration, OfAModelThatNobodyKnowsAreAnError) {
  const auto all = cases_for({{"no-such-model"}, {}, 60.0 * second}, law, observer);
  ASSERT_FALSE(all.has_value());
  EXPECT_NE(all.error().message().find("no-such-model"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::sweep
