// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/adapters.h"

#include <gtest/gtest.h>

#include "diffjoule/flops/count.h"
#include "diffjoule/models/program.h"

namespace diffjoule::models {
namespace {

const Catalogue catalogue{io::DataFiles()};

Result<Plan> planned(const Workload& workload) {
  static Pipeline pipeline;  // outlives the plan
  pipeline = catalogue.find(workload.model).value();
  auto settings = settle(pipeline, workload);
  if (!settings) return forward(settings);
  return plan(pipeline, *settings);
}

const PlannedPhase& named(const Plan& plan, const std::string& name) {
  for (const PlannedPhase& phase : plan.phases) {
    if (phase.name == name) return phase;
  }
  ADD_FAILURE() << "no phase " << name;
  return plan.phases.front();
}

TEST(Adapters, T2iAdaptersHaveTheirPublishedParameters) {
  const auto parameters = [](const char* model) {
    return build(named(planned({.model = model, .t2i_adapters = 1}).value(), "t2i_adapter"))
        .value()
        .learnable_parameters()
        .rounded();
  };
  EXPECT_NEAR(parameters("sd15"), 77.4e6, 0.1e6);       // Mou et al., 2023: 77 M
  EXPECT_NEAR(parameters("sdxl-base"), 79.0e6, 0.1e6);  // model card: 79 M
}

TEST(Adapters, AT2iAdapterRunsOnceWhateverTheSteps) {
  for (const std::int64_t steps : {10, 50}) {
    const Plan p = planned({.model = "sd15", .steps = steps, .t2i_adapters = 2}).value();
    EXPECT_EQ(named(p, "t2i_adapter").evaluations, 2);
  }
}

TEST(Adapters, ATransformerTakesNone) {
  const auto refused = planned({.model = "flux1-dev", .t2i_adapters = 1});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message().find("U-Nets"), std::string::npos) << refused.error().message();
}

TEST(Adapters, TheImageEncoderOfAnIpAdapterIsViTH) {  // 632 M: OpenCLIP's table of models
  const Plan p = planned({.model = "sd15", .image_prompt_tokens = 4}).value();
  const PlannedPhase& phase = named(p, "image_encoder");
  EXPECT_EQ(phase.evaluations, 1);
  EXPECT_NEAR(build(phase).value().learnable_parameters().rounded(), 632e6, 1e6);
}

}  // namespace
}  // namespace diffjoule::models
