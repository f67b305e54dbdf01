// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/metered_engine.h"

#include <gtest/gtest.h>

#include "diffjoule/api/meter_fields.h"
#include "tests/fakes/manual_clock.h"

namespace diffjoule::api {
namespace {

class Metered : public testing::Test {
 protected:
  fakes::ManualClock clock;
  sweep::Plan plan;
  Context context;

  Metered() {
    plan.engine = "synthetic";
    context.root = "/nowhere";  // no sensor of this machine
  }
  Result<MeteredEngine> open(const io::Document& members) {
    std::vector<Field> fields = meter_fields();
    fields.push_back({.name = "store", .help = "made"});
    const Verb verb{"made", "", "", fields, {}, nullptr, nullptr};
    return metered_engine(check(verb, members).value(), context, plan, clock);
  }
};

TEST_F(Metered, SettingsOfThePlanReachTheEngine) {
  plan.settings["evaluation"] = "quick";
  const auto opened = open(io::Document::Object{});
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().message().find("quick"), std::string::npos) << opened.error().message();
}

TEST_F(Metered, AModelsWattsAreSaidToBeAssumed) {
  io::Document request;
  request.set("sensor", io::Document::Array{"model:gpu=300,cpu=65"});
  const auto opened = open(request);
  ASSERT_TRUE(opened.has_value()) << opened.error().message();
  EXPECT_TRUE(opened->assumed);
  EXPECT_EQ(opened->device.name, "synthetic");
  EXPECT_TRUE(opened->meter != nullptr && opened->rest != nullptr);
}

TEST_F(Metered, AnUnknownEngineIsNamed) {
  plan.engine = "synthetik";
  const auto opened = open(io::Document::Object{});
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().message().find("did you mean \"synthetic\""), std::string::npos);
}

TEST_F(Metered, TheStoreThatWasAskedForIsTaken) {
  const Verb verb{"made", "", "", {{.name = "store", .help = "made"}}, {}, nullptr, nullptr};
  const auto request = check(verb, io::Document().set("store", "here.db")).value();
  EXPECT_EQ(store_path(request, clock).value(), "here.db");
}

}  // namespace
}  // namespace diffjoule::api
