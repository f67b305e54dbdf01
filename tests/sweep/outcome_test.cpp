// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/outcome.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "diffjoule/law/device_law.h"

namespace diffjoule::sweep {
namespace {

constexpr std::uint64_t seed = 33;

class Outcomes : public testing::Test {
 protected:
  dataset::Observer dataset{models::Catalogue(io::DataFiles()), GpuCatalogue(io::DataFiles())};
  Observer observer{dataset, "A100-SXM-80GB", "simulated"};
  std::mt19937_64 random{seed};
  std::normal_distribution<double> normal;

  // Two replicates of twelve configurations; the last two are checks.
  std::vector<Trial> trials(bool with_energy, double noise = 0.01) {
    std::vector<Trial> all;
    int number = 0;
    for (const std::int64_t side : {256, 512, 768, 1024}) {
      for (const std::int64_t steps : {10, 25, 50}) {
        const Configuration c{{.model = "sd15", .width = side, .height = side, .steps = steps}, {}, ++number > 10};
        const auto truth = law::evaluate({}, law::device_case(observe(c, observer).value()));
        for (int replicate = 0; replicate < 2; ++replicate) {
          Trial trial;
          trial.configuration = c;
          trial.replicate = replicate;
          trial.elapsed = std::exp(noise * normal(random)) * truth.elapsed;
          if (with_energy)
            trial.energy = Estimate<Energy>{std::exp(noise * normal(random)) * truth.energy, 1.0 * joule};
          all.push_back(trial);
        }
      }
    }
    return all;
  }
};

TEST_F(Outcomes, OfADeviceThatFollowsItsWorkAreNearThePapers) {
  const auto done = trials(true);
  const Outcome o = outcome_of(done, observer).value();
  EXPECT_FALSE(o.of_time);
  ASSERT_TRUE(o.r2 && o.alpha);
  EXPECT_GT(*o.r2, 0.99);
  EXPECT_NEAR(*o.alpha, 1.0, 0.1);
}

TEST_F(Outcomes, WithoutEnergiesTheRegressionIsOfTimes) {
  const Outcome o = outcome_of(trials(false), observer).value();
  EXPECT_TRUE(o.of_time);
  EXPECT_NEAR(o.alpha.value(), 1.0, 0.15);
}

TEST_F(Outcomes, ChecksAreComparedAndNotFitted) {
  const auto done = trials(true);
  const Outcome o = outcome_of(done, observer).value();
  ASSERT_EQ(o.comparisons.size(), 12U);
  std::size_t unseen = 0;
  for (const Comparison& c : o.comparisons) {
    EXPECT_EQ(c.replicates, 2U);
    EXPECT_TRUE(c.close()) << c.configuration.key() << " " << c.error();
    EXPECT_LT(c.low, c.predicted);
    EXPECT_GT(c.high, c.predicted);
    unseen += c.seen ? 0U : 1U;
  }
  EXPECT_EQ(unseen, 2U);
  EXPECT_EQ(o.law.provenance.observations, 10U);
}

TEST_F(Outcomes, OfNothingThatRanIsAnError) {
  auto done = trials(true);
  for (Trial& trial : done) trial.failure = "out of memory";
  EXPECT_EQ(outcome_of(done, observer).error().code(), ErrorCode::unidentifiable);
}

TEST(ComparisonOfTimes, IsCloseWithinTenPerCentOrTwiceTheSpread) {
  Comparison c;
  c.measured = 1.0 * second;
  c.predicted = 1.09 * second;
  EXPECT_TRUE(c.close());
  c.predicted = 1.11 * second;
  EXPECT_FALSE(c.close());
  c.spread = 0.06;
  EXPECT_TRUE(c.close());
  c.predicted = 0.87 * second;
  EXPECT_FALSE(c.close());
}

}  // namespace
}  // namespace diffjoule::sweep
