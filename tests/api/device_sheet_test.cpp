// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/device_sheet.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "diffjoule/io/file.h"
#include "diffjoule/io/json.h"
#include "diffjoule/law/form.h"
#include "diffjoule/sweep/calibration.h"
#include "tests/fakes/manual_clock.h"

namespace diffjoule::api {
namespace {

class Sheets : public testing::Test {
 protected:
  fakes::ManualClock clock;
  std::string home = testing::TempDir() + "diffjoule_sheets";

  void SetUp() override {
    std::filesystem::remove_all(home);
    std::filesystem::create_directories(home);
    setenv("XDG_DATA_HOME", home.c_str(), 1);
  }
  void TearDown() override { unsetenv("XDG_DATA_HOME"); }

  MeteredEngine engine_named(const std::string& device) {
    MeteredEngine o;
    o.engine = engines::open_engine("synthetic", {}, clock).value();
    o.device = {device, "gpu", {DType::bfloat16}};
    return o;
  }
};

TEST_F(Sheets, OfACardInTheCatalogueIsTheCatalogues) {
  const auto sheet = device_sheet(engine_named("NVIDIA H100 80GB HBM3"), Context{}, clock).value();
  EXPECT_EQ(sheet.sheet.name, "H100-SXM-80GB");
  EXPECT_EQ(sheet.origin, "the catalogue");
}

TEST_F(Sheets, ACalibrationGoesBeforeTheCatalogue) {
  sweep::Calibration c;
  c.device.name = "NVIDIA H100 80GB HBM3";
  c.device.bandwidth = 1e12 * byte_per_second;
  c.device.sources["memory_bandwidth_bytes_per_s"] = {"measured", "high"};
  c.law = law::form_named("device").value()->fit({}).value();
  c.law.form = "device";
  const std::string path = calibration_path(c.device.name, clock).value();
  EXPECT_EQ(path, home + "/diffjoule/devices/nvidia-h100-80gb-hbm3.json");
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  ASSERT_TRUE(io::write_file(path, io::to_json(sweep::to_document(c))).has_value());
  const auto sheet = device_sheet(engine_named(c.device.name), Context{}, clock).value();
  EXPECT_EQ(sheet.sheet.bandwidth, 1e12 * byte_per_second);
  EXPECT_NE(sheet.origin.find(path), std::string::npos);
}

TEST_F(Sheets, OfADeviceThatNobodyKnowsAndNobodyCanProbeSayWhy) {
  const auto sheet = device_sheet(engine_named("a device"), Context{}, clock);
  ASSERT_FALSE(sheet.has_value());
  EXPECT_NE(sheet.error().message().find("what a device can do"), std::string::npos) << sheet.error().message();
}

}  // namespace
}  // namespace diffjoule::api
