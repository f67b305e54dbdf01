// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/nvml_sampling.h"

#include <gtest/gtest.h>

namespace diffjoule::sensors::nvidia {
namespace {

double window_s(PowerCall call, int major, int minor) {
  return power_sampling(call, {"", major, minor}).averaging_window.in(second);
}

TEST(NvmlSampling, PowerUsageIsAMeanOverASecondFromAmpereOnExceptGa100) {
  EXPECT_DOUBLE_EQ(window_s(PowerCall::usage, 8, 6), 1.0);   // A6000, A4000, 3090
  EXPECT_DOUBLE_EQ(window_s(PowerCall::usage, 8, 9), 1.0);   // 4090
  EXPECT_DOUBLE_EQ(window_s(PowerCall::usage, 9, 0), 1.0);   // H100
  EXPECT_DOUBLE_EQ(window_s(PowerCall::usage, 12, 0), 1.0);  // RTX 5090
  EXPECT_LT(window_s(PowerCall::usage, 8, 0), 0.1);          // A100
  EXPECT_LT(window_s(PowerCall::usage, 7, 0), 0.1);          // V100
}

TEST(NvmlSampling, Driver530SaysTheMomentWhereOthersSayAMean) {
  EXPECT_LT(power_sampling(PowerCall::usage, {"", 8, 6, "530.30.02"}).averaging_window.in(second), 0.1);
  EXPECT_NE(power_sampling(PowerCall::usage, {"", 8, 6, "530.30.02"}).assumed, "");
  EXPECT_DOUBLE_EQ(power_sampling(PowerCall::usage, {"", 8, 6, "535.54.03"}).averaging_window.in(second), 1.0);
}

TEST(NvmlSampling, TheAveragePowerIsAlwaysOverASecond) {
  for (int major = 3; major <= 12; ++major) EXPECT_DOUBLE_EQ(window_s(PowerCall::average, major, 0), 1.0);
}

TEST(NvmlSampling, InstantPowerIsNeverAMeanOverASecond) {
  for (int major = 0; major <= 12; ++major) EXPECT_LE(window_s(PowerCall::instant, major, 0), 0.1) << major;
}

TEST(NvmlSampling, WhatWasMeasuredIsNotSaidToBeAssumed) {
  for (const int major : {3, 5, 6, 7, 8, 9}) EXPECT_EQ(power_sampling(PowerCall::instant, {"", major, 0}).assumed, "");
}

TEST(NvmlSampling, WhatNobodyMeasuredIsSaidToBeAssumed) {
  EXPECT_NE(power_sampling(PowerCall::instant, {"", 12, 0}).assumed, "");
  EXPECT_NE(power_sampling(PowerCall::instant, {"", 8, 9}).assumed, "");
  EXPECT_NE(power_sampling(PowerCall::usage, {"", 0, 0}).assumed, "");
}

TEST(NvmlSampling, VoltaIsFasterThanTuring) {
  EXPECT_LT(power_sampling(PowerCall::instant, {"", 7, 0}).update_period,
            power_sampling(PowerCall::instant, {"", 7, 5}).update_period);
}

TEST(NvmlSampling, TheGainOfGeForceIsTheLessCertain) {
  EXPECT_GT(gain_uncertainty({"NVIDIA GeForce RTX 3090", 8, 6}), gain_uncertainty({"NVIDIA A100-SXM4-80GB", 8, 0}));
  EXPECT_GT(gain_uncertainty({"NVIDIA A100-SXM4-80GB", 8, 0}), 0.0);
}

}  // namespace
}  // namespace diffjoule::sensors::nvidia
