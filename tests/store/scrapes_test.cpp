// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/scrapes.h"

#include <gtest/gtest.h>

namespace diffjoule::store {
namespace {

TEST(Scrapes, BlanksAreTheReservedNumbersAndTheirNeighbours) {
  for (const double blank : {2147483632.0, 2147483635.0, 140737488355328.0, 140737488355330.0, 9223372036854775792.0,
                             9223372036854775794.0, 9223372036854775807.0})
    EXPECT_TRUE(is_blank(blank)) << blank;
  for (const double value : {0.0, 700.0, 81006000000.0, 2147483631.0, 140737488355000.0}) EXPECT_FALSE(is_blank(value));
}

TEST(Scrapes, MilliJoulesAreToldFromJoules) {
  EXPECT_EQ(meaning_of("DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION")->scale, 1e-3);
  EXPECT_EQ(meaning_of("kepler_node_gpu_joules_total")->scale, 1.0);
  EXPECT_FALSE(meaning_of("DCGM_FI_DEV_GPU_TEMP"));
}

TEST(Scrapes, NothingOfUseIsAnError) { EXPECT_FALSE(Scrapes("dcgm").imported("")); }

}  // namespace
}  // namespace diffjoule::store
