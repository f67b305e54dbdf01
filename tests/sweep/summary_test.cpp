// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/summary.h"

#include <gtest/gtest.h>

#include <cmath>

namespace diffjoule::sweep {
namespace {

Trial trial(std::int64_t steps, double seconds, double joules = 0.0) {
  Trial t;
  t.configuration.workload.model = "sd15";
  t.configuration.workload.steps = steps;
  t.elapsed = seconds * second;
  if (joules > 0.0) t.energy = Estimate<Energy>{joules * joule, 3.0 * joule};
  return t;
}

TEST(Summary, RepeatsBecomeTheirMedianAndSpread) {
  const std::vector<Trial> trials{trial(10, 1.0), trial(20, 5.0), trial(10, 3.0), trial(10, 1.4)};
  const auto all = summaries(trials);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].configuration.workload.steps, 10);
  EXPECT_EQ(all[0].repeats, 3u);
  EXPECT_NEAR(all[0].elapsed->in(second), 1.4, 1e-12);
  EXPECT_NEAR(all[0].spread->in(second), 1.0583, 1e-4);
  EXPECT_FALSE(all[0].energy);
  EXPECT_FALSE(all[1].spread);
}

TEST(Summary, AMeanEnergyIsAsUncertainAsItsReadingsAndItsSpread) {
  const std::vector<Trial> trials{trial(10, 1.0, 100.0), trial(10, 1.0, 108.0)};
  const auto all = summaries(trials);
  EXPECT_NEAR(all[0].energy->value.in(joule), 104.0, 1e-9);
  // The reading's 3 J do not average out; the spread's 5.66 J / sqrt 2 do.
  EXPECT_NEAR(all[0].energy->uncertainty.in(joule), 5.0, 1e-9);
}

TEST(Summary, AFailureKeepsItsReasonAndIsNoRepeat) {
  std::vector<Trial> trials{trial(10, 1.0), trial(10, 0.0)};
  trials[1].failure = "no room";
  trials[1].out_of_memory = true;
  const auto all = summaries(trials);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].repeats, 1u);
  EXPECT_EQ(all[0].failure, "no room");
  EXPECT_TRUE(all[0].out_of_memory);
  trials.erase(trials.begin());
  EXPECT_FALSE(summaries(trials)[0].elapsed);
}

}  // namespace
}  // namespace diffjoule::sweep
