// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/rest.h"

#include <gtest/gtest.h>

namespace diffjoule::sweep {
namespace {

using sensors::Measurand;

sensors::DeviceInfo device(const std::vector<Measurand>& measurands) {
  sensors::DeviceInfo info;
  for (const Measurand measurand : measurands) {
    sensors::Channel channel;
    channel.measurand = measurand;
    info.channels.push_back(std::move(channel));
  }
  return info;
}

// Shows one device a list of values each 0.1 s.
class Shown {
 public:
  explicit Shown(const sensors::DeviceInfo& info) : rest_({info}) {}
  void show(const std::vector<double>& values, int times = 1) {
    std::vector<std::size_t> channels;
    std::vector<sensors::Reading> readings;
    for (std::size_t i = 0; i < values.size(); ++i) {
      channels.push_back(i);
      readings.push_back({values[i]});
    }
    for (int i = 0; i < times; ++i) {
      now_ = now_ + 0.1 * second;
      rest_.take({0, now_, channels, readings});
    }
  }
  Rest& rest() { return rest_; }

 private:
  Rest rest_;
  os::Instant now_;
};

TEST(Rest, WithoutABaselineOrASensorNobodyKnows) {
  Shown shown(device({Measurand::temperature}));
  shown.show({40.0});
  EXPECT_FALSE(shown.rest().excess());
  Shown blind(device({Measurand::utilization}));
  blind.rest().begin_baseline();
  blind.show({0.5});
  blind.rest().end_baseline();
  EXPECT_FALSE(blind.rest().excess());
}

TEST(Rest, WarmthIsMeasuredInWhatIsTolerated) {
  Shown shown(device({Measurand::temperature}));
  shown.rest().begin_baseline();
  shown.show({40.0}, 10);
  shown.rest().end_baseline();
  EXPECT_NEAR(*shown.rest().excess(), 0.0, 1e-9);
  shown.show({60.0});
  EXPECT_NEAR(*shown.rest().excess(), 20.0 / Rest::tolerable_warmth, 1e-9);
  shown.show({41.0});
  EXPECT_LT(*shown.rest().excess(), 1.0);
}

TEST(Rest, PowerComesBackAfterAWhile) {
  Shown shown(device({Measurand::power}));
  shown.rest().begin_baseline();
  shown.show({100.0}, 20);
  shown.rest().end_baseline();
  shown.show({400.0}, 20);
  EXPECT_GT(*shown.rest().excess(), 10.0);
  shown.show({100.0});
  EXPECT_GT(*shown.rest().excess(), 1.0);  // averaged: one quiet reading is no rest
  shown.show({100.0}, 40);
  EXPECT_LT(*shown.rest().excess(), 1.0);
}

TEST(Rest, ACounterIsAPowerToo) {
  Shown shown(device({Measurand::energy}));
  double joules = 1e6;
  const auto draw = [&](double watts, int times) {
    for (int i = 0; i < times; ++i) shown.show({joules += 0.1 * watts});
  };
  shown.rest().begin_baseline();
  draw(50.0, 30);
  shown.rest().end_baseline();
  EXPECT_NEAR(*shown.rest().excess(), 0.0, 0.05);
  draw(200.0, 30);
  EXPECT_GT(*shown.rest().excess(), 10.0);
  draw(50.0, 50);
  EXPECT_LT(*shown.rest().excess(), 1.0);
}

TEST(Rest, WhatIsMissingOrAssumedSaysNothing) {
  sensors::DeviceInfo info = device({Measurand::power});
  info.assumed = true;
  Shown shown(info);
  shown.rest().begin_baseline();
  shown.show({65.0}, 5);
  shown.rest().end_baseline();
  EXPECT_FALSE(shown.rest().excess());
}

}  // namespace
}  // namespace diffjoule::sweep
