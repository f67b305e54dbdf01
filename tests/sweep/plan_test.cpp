// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/plan.h"

#include <gtest/gtest.h>

#include "diffjoule/io/json.h"
#include "diffjoule/io/toml.h"

namespace diffjoule::sweep {
namespace {

constexpr const char* example = R"(
name = "example"
about = "what it is for"
engine = "synthetic"
design = "lhs"
points = 12
seed = 7
precision = 0.05
least_repeats = 2
most_repeats = 9
warm_up = 0
fraction = 0.25
idle_s = 1.5
baseline_s = 2
cool_down_s = 30
budget_s = 600

[settings]
noise = "0.02"
start = 0.5

[workload]
model = "sd15"
batch = 2

[axes]
resolution = [256, "512px", "512x768"]
steps = "10..50"
cfg = [true, false]
)";

Result<Plan> read(const std::string& toml) { return io::parse_toml(toml).and_then(plan_from); }

std::string error_of(const std::string& toml) {
  const auto plan = read(toml);
  EXPECT_FALSE(plan) << toml;
  return plan ? "" : plan.error().message();
}

TEST(Plan, EveryKeyIsRead) {
  const auto plan = read(example);
  ASSERT_TRUE(plan) << plan.error().message();
  EXPECT_EQ(plan->design, DesignKind::latin_hypercube);
  EXPECT_EQ(plan->points, 12);
  EXPECT_EQ(plan->repeats.least, 2u);
  EXPECT_EQ(plan->repeats.most, 9u);
  EXPECT_EQ(plan->idle, 1.5 * second);
  EXPECT_EQ(plan->budget, 600.0 * second);
  EXPECT_EQ(plan->settings.at("start"), "0.5");
  EXPECT_EQ(plan->base.batch, 2);
  ASSERT_EQ(plan->axes.size(), 3u);
  for (const Axis& axis : plan->axes) {
    EXPECT_EQ(axis.range.has_value(), axis.name == "steps") << axis.name;
    if (axis.name == "resolution") {
      EXPECT_EQ(axis.levels.at(2).text, "512x768px");
    }
  }
}

TEST(Plan, ADocumentMakesTheSamePlanAgain) {
  const auto plan = read(example);
  ASSERT_TRUE(plan);
  const io::Document document = to_document(*plan);
  const auto again = plan_from(document);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ(to_document(*again), document);
  EXPECT_EQ(key(*again), key(*plan));
  const auto from_json = io::parse_json(io::to_json(document)).and_then(plan_from);
  ASSERT_TRUE(from_json);
  EXPECT_EQ(key(*from_json), key(*plan));
}

TEST(Plan, TheKeyTellsWhatRunsOtherwiseAndNothingElse) {
  const Plan plan = *read(example);
  Plan renamed = plan;
  renamed.name = "other";
  renamed.about = "";
  renamed.budget.reset();
  EXPECT_EQ(key(renamed), key(plan));
  Plan changed = plan;
  changed.seed = 8;
  EXPECT_NE(key(changed), key(plan));
  changed = plan;
  changed.base.steps = 3;
  EXPECT_NE(key(changed), key(plan));
  changed = plan;
  changed.settings["noise"] = "0";
  EXPECT_NE(key(changed), key(plan));
  EXPECT_EQ(key(plan).size(), 16u);
}

TEST(Plan, AnUnknownKeyOffersTheNearest) {
  EXPECT_NE(error_of("name = \"x\"\nsede = 1\n").find("did you mean \"seed\""), std::string::npos);
  EXPECT_NE(error_of("name = \"x\"\n[axes]\nstep = [1]\n").find("did you mean \"steps\""), std::string::npos);
  EXPECT_NE(error_of("name = \"x\"\n[workload]\nmodle = \"sd15\"\n").find("did you mean \"model\""), std::string::npos);
  EXPECT_NE(error_of("name = \"x\"\ndesign = \"ful\"\n").find("did you mean \"full\""), std::string::npos);
}

TEST(Plan, WhatCannotBeMeantIsRefused) {
  const std::string head = "name = \"x\"\n", model = "[workload]\nmodel = \"sd15\"\n";
  EXPECT_NE(error_of(head).find("no model"), std::string::npos);
  EXPECT_NE(error_of(model).find("no name"), std::string::npos);
  EXPECT_NE(error_of(head + "fraction = 0\n" + model).find("fraction"), std::string::npos);
  EXPECT_NE(error_of(head + "fraction = 2\n" + model).find("fraction"), std::string::npos);
  EXPECT_NE(error_of(head + "seed = -1\n" + model).find("seed"), std::string::npos);
  EXPECT_NE(error_of(head + "idle_s = \"long\"\n" + model).find("idle_s"), std::string::npos);
  EXPECT_NE(error_of(head + "least_repeats = 5\nmost_repeats = 2\n" + model).find("most_repeats"), std::string::npos);
  EXPECT_NE(error_of(head + model + "[axes]\nsteps = \"1..9\"\n").find("range"), std::string::npos);
  EXPECT_NE(error_of(head + model + "[axes]\nwidth = [64]\nresolution = [64]\n").find("width"), std::string::npos);
}

TEST(Plan, AHashIsTheSameOnEveryMachine) {
  EXPECT_EQ(short_hash(""), "cbf29ce484222325");  // FNV-1a's published values
  EXPECT_EQ(short_hash("a"), "af63dc4c8601ec8c");
  EXPECT_EQ(short_hash("foobar"), "85944171f73967e8");
}

}  // namespace
}  // namespace diffjoule::sweep
