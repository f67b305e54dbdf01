// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/carbon/footprint.h"

#include <gtest/gtest.h>

namespace diffjoule::carbon {
namespace {

TEST(Footprint, AKilowattHourEmitsWhatTheGridSays) {
  EXPECT_DOUBLE_EQ(footprint(kilowatt_hour, 369.0 * gram_per_kilowatt_hour).in(gram_co2e), 369.0);
  EXPECT_DOUBLE_EQ(footprint(3.6 * joule, 1000.0 * gram_per_kilowatt_hour).in(gram_co2e), 0.001);
}

}  // namespace
}  // namespace diffjoule::carbon
