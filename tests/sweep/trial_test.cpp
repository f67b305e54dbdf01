// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/trial.h"

#include <gtest/gtest.h>

namespace diffjoule::sweep {
namespace {

TEST(Trial, AConfigurationIsKnownByItsWorkloadAlone) {
  Configuration a, b;
  a.workload.model = b.workload.model = "sd15";
  a.levels = {{"steps", "20"}};
  b.check = true;
  EXPECT_EQ(a.key(), b.key());
  b.workload.steps = 20;
  EXPECT_NE(a.key(), b.key());
}

}  // namespace
}  // namespace diffjoule::sweep
