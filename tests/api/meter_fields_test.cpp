// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/meter_fields.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

class Named final : public sensors::Device {
 public:
  Named(std::string driver, std::string id) { info_.driver = std::move(driver), info_.id = std::move(id); }
  [[nodiscard]] const sensors::DeviceInfo& info() const override { return info_; }
  void read(std::span<const std::size_t>, std::span<sensors::Reading>) override {}

 private:
  sensors::DeviceInfo info_;
};

sensors::Found three() {
  sensors::Found found;
  found.devices.push_back(std::make_unique<Named>("nvml", "GPU-aa11"));
  found.devices.push_back(std::make_unique<Named>("nvml", "GPU-ab22"));
  found.devices.push_back(std::make_unique<Named>("rapl", "rapl:package-0"));
  return found;
}
std::size_t chosen(const std::vector<std::string>& names) {
  const auto found = chosen_devices(three(), names);
  return found ? found->devices.size() : 99;
}

TEST(MeterFields, DevicesAreChosenByIdByItsBeginningOrByDriver) {
  EXPECT_EQ(chosen({}), 3u);
  EXPECT_EQ(chosen({"GPU-aa11"}), 1u);
  EXPECT_EQ(chosen({"GPU-a"}), 2u);
  EXPECT_EQ(chosen({"rapl"}), 1u);
  EXPECT_EQ(chosen({"GPU-ab22", "rapl"}), 2u);
}

TEST(MeterFields, ADeviceThatIsNotThereIsAnErrorThatListsThoseThatAre) {
  const auto found = chosen_devices(three(), {"GPU-cc"});
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message().find("GPU-cc"), std::string::npos);
  EXPECT_NE(found.error().message().find("rapl:package-0"), std::string::npos);
  const auto none = chosen_devices({}, {"nvml"});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message().find("diffjoule devices"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::api
