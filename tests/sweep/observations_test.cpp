// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/observations.h"

#include <gtest/gtest.h>

namespace diffjoule::sweep {
namespace {

class Observations : public testing::Test {
 protected:
  dataset::Observer dataset{models::Catalogue(io::DataFiles()), GpuCatalogue(io::DataFiles())};
  Observer observer{dataset, "H100-SXM-80GB", "test"};

  static Trial trial(std::int64_t steps, double seconds, double joules) {
    Trial t;
    t.configuration.workload = {.model = "sd15", .steps = steps, .batch = 2};
    t.elapsed = seconds * second;
    if (joules > 0.0) t.energy = Estimate<Energy>{joules * joule, 1.0 * joule};
    return t;
  }
};

TEST_F(Observations, AreTheMedianOfAConfigurationsReplicates) {
  const std::vector<Trial> trials{trial(10, 1.0, 100.0), trial(20, 2.0, 0.0), trial(10, 9.0, 300.0),
                                  trial(10, 1.2, 120.0)};
  const auto observed = observe(trials, observer, false).value();
  ASSERT_EQ(observed.observations.size(), 2U);
  EXPECT_DOUBLE_EQ(observed.observations[0].measured.latency_per_batch->in(second), 1.2);
  EXPECT_DOUBLE_EQ(observed.observations[0].measured.energy_per_item->in(joule), 60.0);  // of two items
  EXPECT_DOUBLE_EQ(observed.observations[1].measured.latency_per_batch->in(second), 2.0);
  EXPECT_FALSE(observed.observations[1].measured.energy_per_item.has_value());
  EXPECT_EQ(observed.observations[1].source, "test");
}

TEST_F(Observations, LeaveOutFailuresAndKeepChecksApart) {
  std::vector<Trial> trials{trial(10, 1.0, 1.0), trial(20, 1.0, 1.0), trial(30, 1.0, 1.0)};
  trials[1].failure = "out of memory";
  trials[2].configuration.check = true;
  EXPECT_EQ(observe(trials, observer, false).value().configurations.front().workload.steps, 10);
  EXPECT_EQ(observe(trials, observer, false).value().observations.size(), 1U);
  EXPECT_EQ(observe(trials, observer, true).value().configurations.front().workload.steps, 30);
}

TEST_F(Observations, OfAModelThatNobodyKnowsNameIt) {
  Trial stranger = trial(10, 1.0, 1.0);
  stranger.configuration.workload.model = "no-such-model";
  const auto observed = observe(std::vector<Trial>{stranger}, observer, false);
  ASSERT_FALSE(observed.has_value());
  EXPECT_NE(observed.error().message().find("no-such-model"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::sweep
