// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/trial_document.h"

#include <gtest/gtest.h>

#include "diffjoule/io/json.h"

namespace diffjoule::sweep {
namespace {

Trial full_trial() {
  Trial trial;
  trial.configuration.workload.model = "sd15";
  trial.configuration.workload.steps = 20;
  trial.configuration.levels = {{"steps", "20"}};
  trial.configuration.check = true;
  trial.replicate = 2;
  trial.elapsed = 1.25 * second;
  trial.elapsed_uncertainty = 0.01;
  trial.energy = Estimate<Energy>{300.0 * joule, 4.0 * joule};
  trial.energy_assumed = true;
  trial.phases = {{"denoise", 1.0 * second, Estimate<Energy>{250.0 * joule, 3.0 * joule}},
                  {"decode", 0.25 * second, std::nullopt}};
  trial.scaled = 4.0;
  trial.measurement = "plan-0123-2";
  return trial;
}

TEST(TrialDocument, EveryMemberComesBack) {
  const Trial trial = full_trial();
  const auto document = io::parse_json(io::to_json(to_document(trial)));
  ASSERT_TRUE(document);
  const auto again = trial_from(*document);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(again->configuration.workload, trial.configuration.workload);
  EXPECT_EQ(again->configuration.levels, trial.configuration.levels);
  EXPECT_TRUE(again->configuration.check);
  EXPECT_EQ(again->configuration.key(), trial.configuration.key());
  EXPECT_EQ(again->replicate, 2);
  EXPECT_EQ(again->elapsed, trial.elapsed);
  EXPECT_EQ(again->elapsed_uncertainty, 0.01);
  EXPECT_EQ(again->energy, trial.energy);
  EXPECT_TRUE(again->energy_assumed);
  ASSERT_EQ(again->phases.size(), 2u);
  EXPECT_EQ(again->phases[0].energy, trial.phases[0].energy);
  EXPECT_FALSE(again->phases[1].energy);
  EXPECT_EQ(again->scaled, 4.0);
  EXPECT_EQ(again->measurement, "plan-0123-2");
  EXPECT_TRUE(again->failure.empty());
  EXPECT_EQ(to_document(*again), to_document(trial));
}

TEST(TrialDocument, AFailureComesBack) {
  Trial trial = full_trial();
  trial.energy.reset();
  trial.failure = "needs more memory";
  trial.out_of_memory = true;
  const auto again = trial_from(to_document(trial));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->failure, trial.failure);
  EXPECT_TRUE(again->out_of_memory);
  EXPECT_FALSE(again->energy);
}

TEST(TrialDocument, WhatIsNoTrialIsRefused) {
  for (const char* text : {"{}", R"({"workload": {"model": "sd15"}, "replicate": 0})",
                           R"({"workload": {"modle": "sd15"}, "replicate": 0, "elapsed_s": 1})",
                           R"({"workload": {"model": "sd15"}, "replicate": 0, "elapsed_s": "long"})"})
    EXPECT_FALSE(trial_from(*io::parse_json(text))) << text;
}

}  // namespace
}  // namespace diffjoule::sweep
