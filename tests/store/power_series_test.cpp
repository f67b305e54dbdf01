// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/power_series.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace diffjoule::store {
namespace {

TEST(PowerSeries, ALineIsIntegratedExactlyWhateverTheTimes) {
  std::mt19937_64 random(77);
  std::vector<PowerPoint> points;
  double t = 0.0;
  for (int i = 0; i < 100; ++i, t += 0.5 + static_cast<double>(random() % 100) * 0.01)
    points.push_back({t * second, (100.0 + 3.0 * t) * watt, ""});
  const double end = points.back().time.in(second);
  const auto result = integrate(points, 0.0);
  ASSERT_TRUE(result);
  EXPECT_NEAR(result->energy.value.in(joule), 100.0 * end + 1.5 * end * end, 1e-6);
  EXPECT_EQ(result->energy.uncertainty, Energy());
  EXPECT_TRUE(result->verdict.empty());
}

TEST(PowerSeries, AGapIsSaidAndWidensTheUncertainty) {
  std::vector<PowerPoint> points;
  for (const double t : {0.0, 1.0, 2.0, 3.0, 30.0, 31.0})
    points.push_back({t * second, (t < 3 ? 100 : 300) * watt, ""});
  const auto result = integrate(points, 0.0);
  ASSERT_TRUE(result);
  ASSERT_EQ(result->verdict.size(), 1u);
  EXPECT_EQ(result->verdict[0].kind, measure::DoubtKind::gap);
  EXPECT_NEAR(result->energy.uncertainty.in(joule), 200.0 * 27.0 / std::sqrt(12.0), 1e-9);
}

TEST(PowerSeries, AClockThatGoesBackOrStandsStillIsAnError) {
  EXPECT_FALSE(integrate({{1.0 * second, 1.0 * watt, "line 1"}, {0.5 * second, 1.0 * watt, "line 2"}}, 0.0));
  EXPECT_FALSE(integrate({{1.0 * second, 1.0 * watt, ""}, {1.0 * second, 1.0 * watt, ""}}, 0.0));
  EXPECT_FALSE(integrate({{1.0 * second, 1.0 * watt, ""}}, 0.0));
  EXPECT_FALSE(integrate({}, 0.0));
}

}  // namespace
}  // namespace diffjoule::store
