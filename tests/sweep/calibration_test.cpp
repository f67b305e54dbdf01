// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/calibration.h"

#include <gtest/gtest.h>

#include "diffjoule/io/json.h"
#include "diffjoule/law/form.h"

namespace diffjoule::sweep {
namespace {

Calibration made() {
  Calibration c;
  c.device.name = "a machine, 2 threads";
  c.device.peaks[Arithmetic::bf16] = 2e11 * flop_per_second;
  c.device.peaks[Arithmetic::fp32] = 1e11 * flop_per_second;
  c.device.bandwidth = 2e10 * byte_per_second;
  c.device.power_limit = 65.0 * watt;
  for (const char* key :
       {"peak_flops_per_s.bf16", "peak_flops_per_s.fp32", "memory_bandwidth_bytes_per_s", "power_limit_w"})
    c.device.sources[key] = {"measured", "high"};
  c.engine = "replay";
  c.energy_assumed = true;
  c.law = law::form_named("device").value()->fit({}).value();
  c.law.form = "device";
  return c;
}

TEST(Calibration, ComesBackFromItsFileWithDeviceAndLaw) {
  const Calibration c = made();
  const auto read = calibrated_law_from(io::parse_json(io::to_json(to_document(c))).value()).value();
  EXPECT_EQ(read.device.name, c.device.name);
  EXPECT_EQ(read.device.peaks, c.device.peaks);
  EXPECT_EQ(read.device.bandwidth, c.device.bandwidth);
  EXPECT_EQ(read.device.power_limit, c.device.power_limit);
  EXPECT_FALSE(read.device.idle.has_value());
  EXPECT_TRUE(read.energy_assumed);
  EXPECT_EQ(read.law.value(0), c.law.value(0));
}

TEST(Calibration, IsALawFileToWhoeverReadsThose) {
  const auto law = law::law_from(to_document(made()));
  ASSERT_TRUE(law.has_value()) << law.error().message();
  EXPECT_EQ(law->form, "device");
}

TEST(Calibration, ALawWithoutADeviceIsRefusedWithAdvice) {
  const auto read = calibrated_law_from(law::to_document(made().law));
  ASSERT_FALSE(read.has_value());
  EXPECT_NE(read.error().message().find("diffjoule calibrate"), std::string::npos);
}

TEST(Calibration, HasAFileNameOfItsDevice) {
  EXPECT_EQ(file_name_of("AMD EPYC 9B14, 2 threads"), "amd-epyc-9b14-2-threads.json");
  EXPECT_EQ(file_name_of("  NVIDIA H100 80GB HBM3 "), "nvidia-h100-80gb-hbm3.json");
  EXPECT_EQ(file_name_of("../../etc"), "etc.json");
  EXPECT_EQ(file_name_of("~"), "device.json");
}

}  // namespace
}  // namespace diffjoule::sweep
