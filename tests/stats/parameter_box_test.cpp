// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/parameter_box.h"

#include <gtest/gtest.h>

#include <vector>

namespace diffjoule::stats {
namespace {

const std::vector<Parameter> every_kind{{.start = 2.0},
                                        {.start = 2.0, .lower = 1.0},
                                        {.start = 2.0, .upper = 4.0},
                                        {.start = 2.0, .lower = 1.0, .upper = 4.0},
                                        {.start = 2.0, .typical_size = 1e-3}};

TEST(ParameterBox, NeverLeavesItsBounds) {
  for (const Parameter& parameter : every_kind) {
    const ParameterBox box(parameter);
    for (int i = -2000; i <= 2000; ++i) {
      const double p = box.parameter_at(i * 0.1);
      EXPECT_GE(p, parameter.lower);
      EXPECT_LE(p, parameter.upper);
    }
  }
}

TEST(ParameterBox, ComesBackToWhereItWas) {
  for (const Parameter& parameter : every_kind) {
    const ParameterBox box(parameter);
    for (const double p : {1.01, 2.0, 3.3}) EXPECT_NEAR(box.parameter_at(box.free_at(p)), p, 1e-12);
  }
}

TEST(ParameterBox, MovesAStartOnItsBoundInside) {
  const ParameterBox box({.start = 1.0, .lower = 1.0, .upper = 4.0});
  EXPECT_GT(box.parameter_at(box.free_at(1.0)), 1.0);
  EXPECT_LT(box.parameter_at(box.free_at(4.0)), 4.0);
}

TEST(ParameterBox, KeepsItsDigitsNextToABoundAtZero) {
  const ParameterBox box({.start = 1e-12, .lower = 0.0, .typical_size = 1e-10});
  EXPECT_NEAR(box.parameter_at(box.free_at(1e-12)), 1e-12, 1e-26);
}

}  // namespace
}  // namespace diffjoule::stats
