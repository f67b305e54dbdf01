// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/sensitivity.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "diffjoule/law/device_law.h"
#include "tests/law/synthetic.h"

namespace diffjoule::law {
namespace {

const Form& device() { return *form_named("device").value(); }

TEST(Sensitivity, OfTimeToEnergiesIsNone) {
  const Law law = device().fit({}).value();
  const auto s = time_sensitivity(device(), law, synthetic::runs(1, {}, 21).front()).value();
  ASSERT_EQ(s.size(), device_parameters.size());
  for (std::size_t k = 7; k < s.size(); ++k) EXPECT_EQ(s[k], 0.0) << device_parameters[k].name;
}

// t is homogeneous: all rates halved and all times doubled double it.
TEST(Sensitivity, OfTimesLessThatOfRatesIsOne) {
  const Law law = device().fit({}).value();
  for (const Observation& o : synthetic::runs(5, {}, 22)) {
    const auto s = time_sensitivity(device(), law, o).value();
    const double rates = s[0] + s[1] + s[2] + s[3], times = s[5] + s[6];
    EXPECT_LT(rates, 0.0);
    EXPECT_GT(times, 0.0);
    EXPECT_NEAR(times - rates + s[4], 1.0, 0.05);  // a score's work is compute that no efficiency slows
  }
}

TEST(Sensitivity, NeedsPriors) {
  const Form& paper = *form_named("paper").value();
  const auto rows = synthetic::runs(5, {}, 23);
  const auto law = paper.fit(rows);
  ASSERT_TRUE(law.has_value());
  const auto s = time_sensitivity(paper, *law, rows.front());
  ASSERT_FALSE(s.has_value());
  EXPECT_NE(s.error().message().find("form device"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::law
