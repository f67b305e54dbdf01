// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/engine.h"

#include <gtest/gtest.h>

#include <set>

#include "tests/fakes/manual_clock.h"

namespace diffjoule::engines {
namespace {

std::string error_of(const std::string& name, const std::vector<std::string>& settings) {
  fakes::ManualClock clock;
  const auto engine = open_engine(name, settings, clock);
  EXPECT_FALSE(engine) << name;
  return engine ? "" : engine.error().message();
}

TEST(Engines, EveryAdapterSaysWhatItIsAndHasSettingsOfItsOwn) {
  EXPECT_GE(all_adapters().size(), 2u);
  for (const Adapter& adapter : all_adapters()) {
    EXPECT_FALSE(adapter.summary.empty()) << adapter.name;
    EXPECT_EQ(adapter_named(adapter.name).value(), &adapter);
    std::set<std::string> names;
    for (const Setting& setting : adapter.settings) {
      EXPECT_TRUE(names.insert(setting.name).second) << adapter.name << " " << setting.name;
      EXPECT_FALSE(setting.help.empty()) << adapter.name << " " << setting.name;
      EXPECT_FALSE(setting.standard.empty()) << adapter.name << " " << setting.name;
    }
  }
}

TEST(Engines, UnknownOnesAreOfferedTheNearest) {
  EXPECT_EQ(error_of("replya", {}), "no engine named \"replya\"; did you mean \"replay\"?");
  EXPECT_EQ(error_of("zzzzzzzz", {}), "no engine named \"zzzzzzzz\"; \"diffjoule list engines\" shows all");
}

TEST(Engines, SettingsAreChecked) {
  EXPECT_EQ(error_of("synthetic", {"noise"}), "engine synthetic: found \"noise\", NAME=VALUE is meant");
  EXPECT_NE(error_of("synthetic", {"nois=1"}).find("did you mean \"noise\""), std::string::npos);
  EXPECT_EQ(error_of("synthetic", {"noise=much"}),
            "engine synthetic: noise: found \"much\", a number from 0 on is meant");
  EXPECT_NE(error_of("replay", {"arithmetic=int9"}).find("arithmetic=int9; no choice named \"int9\""),
            std::string::npos);
  EXPECT_NE(error_of("replay", {"threads=0"}).find("engine replay: threads: found \"0\""), std::string::npos);
  EXPECT_NE(error_of("replay", {"memory=lots"}).find("memory: found \"lots\""), std::string::npos);
}

TEST(Engines, TheLastOfEqualSettingsCountsAndValuesMayHoldEqualsSigns) {
  const Adapter* synthetic = adapter_named("synthetic").value();
  EXPECT_EQ(settings_of(*synthetic, {"noise=1", "noise=a=b"}).value(), (Settings{{"noise", "a=b"}}));
}

TEST(Engines, OneWithoutProbesSaysSo) {
  fakes::ManualClock clock;
  auto engine = open_engine("synthetic", {}, clock);
  ASSERT_TRUE(engine);
  const auto probed = (*engine)->probe({Linear{1, 1, 1, false}, DType::float32, 1.0 * second});
  ASSERT_FALSE(probed);
  EXPECT_EQ(probed.error().code(), ErrorCode::unavailable);
}

}  // namespace
}  // namespace diffjoule::engines
