// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/adaptive.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

#include "diffjoule/law/device_law.h"
#include "diffjoule/law/form.h"

namespace diffjoule::sweep {
namespace {

constexpr std::uint64_t seed = 20;

// A device that obeys a law of ours, off by 1 % a run.
class AdaptiveDesign : public testing::Test {
 protected:
  dataset::Observer dataset{models::Catalogue(io::DataFiles()), GpuCatalogue(io::DataFiles())};
  Observer observer{dataset, "A100-SXM-80GB", "simulated"};
  law::DeviceParameters truth{.linear = 0.5,
                              .convolution = 0.35,
                              .attention = 0.4,
                              .memory = 0.6,
                              .score = 90.0,
                              .start = 1e-5,
                              .request = 5e-3};
  std::mt19937_64 random{seed};
  std::normal_distribution<double> normal;

  static std::vector<Configuration> candidates() {
    std::vector<Configuration> all;
    for (const std::int64_t side : {256, 384, 512, 768, 1024}) {
      for (const std::int64_t steps : {10, 20, 30, 50}) {
        for (const std::int64_t batch : {1, 4}) {
          all.push_back({{.model = "sd15", .width = side, .height = side, .steps = steps, .batch = batch}});
        }
      }
    }
    return all;
  }

  Duration time_of(const Configuration& c) {
    return law::evaluate(truth, law::device_case(observe(c, observer).value())).elapsed;
  }
  Trial run(const Configuration& c) {
    Trial trial;
    trial.configuration = c;
    trial.elapsed = std::exp(0.01 * normal(random)) * time_of(c);
    return trial;
  }
  // Everything it asks for.
  std::vector<Trial> all_of(Adaptive& design) {
    std::vector<Trial> done;
    while (auto next = design.next(done).value()) done.push_back(run(*next));
    return done;
  }
};

TEST_F(AdaptiveDesign, StopsEarlyAndThenPredictsWhatItNeverRan) {
  auto design = Adaptive::over(candidates(), observer, {.half_width = 0.15, .seed = seed}).value();
  const std::vector<Trial> done = all_of(*design);
  const AdaptiveState state = design->state(done).value();
  EXPECT_LE(state.half_width, 0.15);
  EXPECT_LE(state.fitted_on, 20U);  // of forty
  const law::Form& form = *law::form_named("device").value();
  for (const Configuration& c : candidates()) {
    const auto predicted = form.predict(state.law, observe(c, observer).value()).value().latency_per_batch;
    EXPECT_NEAR(std::log(*predicted / time_of(c)), 0.0, 0.10) << c.key();
  }
}

TEST_F(AdaptiveDesign, ChecksAreFiveConfigurationsThatTheLawNeverSaw) {
  auto design = Adaptive::over(candidates(), observer, {.half_width = 0.15, .seed = seed}).value();
  std::set<std::string> fitted, checked;
  for (const Trial& trial : all_of(*design))
    (trial.configuration.check ? checked : fitted).insert(trial.configuration.key());
  EXPECT_EQ(checked.size(), 5U);
  for (const std::string& key : checked) EXPECT_FALSE(fitted.contains(key)) << key;
}

TEST_F(AdaptiveDesign, GoesOnFromWhatWasRunBefore) {
  auto once = Adaptive::over(candidates(), observer, {.half_width = 0.15, .seed = seed}).value();
  const std::vector<Trial> done = all_of(*once);
  // A new session that is given any beginning of it asks for what came next.
  for (const std::size_t cut : {std::size_t{1}, done.size() / 2, done.size() - 2}) {
    auto again = Adaptive::over(candidates(), observer, {.half_width = 0.15, .seed = seed}).value();
    const auto next = again->next(std::span(done).first(cut)).value();
    ASSERT_TRUE(next.has_value());
    EXPECT_EQ(next->key(), done[cut].configuration.key());
    EXPECT_EQ(next->check, done[cut].configuration.check);
  }
  EXPECT_FALSE(once->next(done).value().has_value());
  // Also a session that had nothing left to run says what was reached.
  auto late = Adaptive::over(candidates(), observer, {.half_width = 0.15, .seed = seed}).value();
  EXPECT_FALSE(late->next(done).value().has_value());
  EXPECT_NE(late->words().find("15 % is asked for"), std::string::npos) << late->words();
}

TEST_F(AdaptiveDesign, AFailedConfigurationIsNotAskedForAgain) {
  auto design = Adaptive::over(candidates(), observer, {.half_width = 0.15, .seed = seed}).value();
  std::vector<Trial> done;
  std::set<std::string> asked;
  while (auto next = design->next(done).value()) {
    EXPECT_TRUE(asked.insert(next->key()).second) << next->key();
    done.push_back(run(*next));
    if (next->workload.width == 1024) done.back().failure = "out of memory";
  }
  EXPECT_GE(asked.size(), 5U);
}

TEST_F(AdaptiveDesign, NoTargetSmallerThanTheRunsItNeedsNeverEnds) {
  auto few = candidates();
  few.resize(7);
  auto design = Adaptive::over(few, observer, {.half_width = 1e-6, .seed = seed}).value();
  const std::vector<Trial> done = all_of(*design);
  EXPECT_EQ(done.size(), 7U);  // two for the law, five that check it
}

}  // namespace
}  // namespace diffjoule::sweep
