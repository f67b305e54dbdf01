// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// State-space denoisers: no trace of them is at hand, so what is known of them is held against the counts.
#include <gtest/gtest.h>

#include "diffjoule/flops/count.h"
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/pipeline.h"

namespace diffjoule::models {
namespace {

Graph denoiser(const std::string& slug, std::int64_t side) {
  const Catalogue catalogue{io::DataFiles()};
  const Pipeline pipeline = catalogue.load(slug).value();
  const Component& component = pipeline.components.at("transformer");
  const Architecture* architecture = architecture_of(component.class_name).value();
  return architecture->build(component.config, {.height = side, .width = side}).value();
}

TEST(StateSpace, DimHugeHasItsPublishedParameters) {  // 860 M: Teng et al., 2024, table 1
  EXPECT_NEAR(denoiser("dim-huge-2-imagenet256", 32).checkpoint_elements().rounded(), 860e6, 5e6);
}

TEST(StateSpace, DimHugeMultipliesAndAddsAsOftenAsPublished) {  // 210 G at 256 x 256, row padding included here
  const auto cost = flops::count(denoiser("dim-huge-2-imagenet256", 32));
  EXPECT_NEAR(cost[flops::OpClass::linear].flops.rounded() / 2, 210e9, 0.12 * 210e9);
}

TEST(StateSpace, WorkGrowsWithTheTokensAndNotWithTheirSquare) {
  const auto small = flops::count(denoiser("zigma-zigzagN8-b1", 32)),
             large = flops::count(denoiser("zigma-zigzagN8-b1", 64));
  EXPECT_NEAR(large.total().flops.rounded() / small.total().flops.rounded(), 4.0, 0.01);
}

TEST(StateSpace, AScanCountsNineOperationsANumberOfTheStateAndFourAChannel) {
  const auto cost = flops::count(denoiser("zigma-zigzagN8-b1", 32));
  constexpr double tokens = 32 * 32, inner = 2 * 768, state = 16, layers = 24;
  EXPECT_EQ(cost[flops::OpClass::scan].flops.rounded(), layers * tokens * inner * (9 * state + 4));
}

}  // namespace
}  // namespace diffjoule::models
