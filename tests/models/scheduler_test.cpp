// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/scheduler.h"

#include <gtest/gtest.h>

namespace diffjoule::models {
namespace {

Scheduler of(const char* class_name, io::Document config = io::Document::Object{}) {
  return {class_name, std::move(config)};
}

TEST(Scheduler, FirstOrderSolversEvaluateOnceAStep) {
  for (const char* name : {"EulerDiscreteScheduler", "DDIMScheduler", "DPMSolverMultistepScheduler",
                           "UniPCMultistepScheduler", "FlowMatchEulerDiscreteScheduler", "LCMScheduler"})
    EXPECT_EQ(evaluations(of(name), 30), 30) << name;
}

TEST(Scheduler, SecondOrderSolversEvaluateTwiceButForTheLastStep) {
  EXPECT_EQ(evaluations(of("HeunDiscreteScheduler"), 30), 59);
  EXPECT_EQ(evaluations(of("KDPM2DiscreteScheduler"), 1), 1);
}

TEST(Scheduler, PndmEvaluatesItsSecondStepTwice) {
  io::Document config;
  config.set("skip_prk_steps", true);
  EXPECT_EQ(evaluations(of("PNDMScheduler", config), 50), 51);
  EXPECT_EQ(evaluations(of("PNDMScheduler"), 50), 59);
}

TEST(Scheduler, ImageToImageRunsTheLastShareOfTheSteps) {
  EXPECT_EQ(evaluations(of("EulerDiscreteScheduler"), 50, 0.6), 30);
  EXPECT_EQ(evaluations(of("EulerDiscreteScheduler"), 28, 0.6), 16);
  EXPECT_EQ(evaluations(of("FlowMatchEulerDiscreteScheduler"), 28, 0.6), 17);
}

// The official repository of Wan 2.2 serves 26 of 40 steps with the high-noise expert at shift 12 and boundary 0.875,
// 15 at shift 5 and boundary 0.9; the scheduler config of the diffusers release (flow_shift 3) gives 13 and 11.
TEST(Scheduler, TheShiftSplitsTheStepsBetweenTwoExperts) {
  const auto shifted = [](double shift) {
    io::Document config;
    config.set("flow_shift", shift);
    return of("UniPCMultistepScheduler", config);
  };
  EXPECT_EQ(evaluations_above(shifted(12.0), 40, 0.875), 26);
  EXPECT_EQ(evaluations_above(shifted(5.0), 40, 0.9), 15);
  EXPECT_EQ(evaluations_above(shifted(3.0), 40, 0.875), 13);
  EXPECT_EQ(evaluations_above(shifted(3.0), 40, 0.9), 11);
}

TEST(Scheduler, AnUnknownNameOffersTheNearest) {
  const auto found = scheduler_named("eulr");
  ASSERT_FALSE(found.has_value());
  EXPECT_NE(found.error().message().find("euler"), std::string::npos);
  EXPECT_EQ((*scheduler_named("heun"))->class_name, "HeunDiscreteScheduler");
}

}  // namespace
}  // namespace diffjoule::models
