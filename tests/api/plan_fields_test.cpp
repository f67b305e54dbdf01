// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/plan_fields.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

using io::Document;

Verb verb() {
  Verb v;
  v.name = "sweep";
  v.fields = plan_fields();
  return v;
}

Result<sweep::Plan> plan(const Document& request) {
  auto checked = check(verb(), request);
  if (!checked) return forward(checked);
  return plan_of(*checked, Context{{}, "test"});
}

Document list(const std::vector<std::string>& texts) {
  Document d = Document::Array{};
  for (const std::string& text : texts) d.push(text);
  return d;
}

TEST(PlanFields, FlagsAloneMakeAPlanWithANameOfItsOwn) {
  Document request;
  request.set("model", list({"sd15"})).set("axis", list({"steps=10,20"}));
  const auto one = plan(request);
  ASSERT_TRUE(one) << one.error().message();
  EXPECT_EQ(one->base.model, "sd15");
  EXPECT_EQ(one->axes.size(), 1u);
  const auto other = plan(request.set("seed", 2));
  ASSERT_TRUE(other);
  EXPECT_TRUE(one->name.starts_with("sd15-full-")) << one->name;
  EXPECT_NE(one->name, other->name);
  EXPECT_EQ(plan(request.set("name", "mine"))->name, "mine");
}

TEST(PlanFields, SeveralModelsAreAnAxis) {
  const auto made = plan(Document().set("model", list({"sd15", "sdxl-base"})));
  ASSERT_TRUE(made) << made.error().message();
  ASSERT_EQ(made->axes.size(), 1u);
  EXPECT_EQ(made->axes[0].name, "model");
  EXPECT_TRUE(made->base.model.empty());
}

TEST(PlanFields, FlagsChangeAPartOfAReadyPlan) {
  const auto ready = plan(Document().set("plan", "paper-flux"));
  ASSERT_TRUE(ready) << ready.error().message();
  Document request;
  request.set("plan", "paper-flux").set("axis", list({"dtype=bf16"})).set("model", list({"flux1-schnell"}));
  const auto changed = plan(request);
  ASSERT_TRUE(changed) << changed.error().message();
  EXPECT_EQ(changed->axes.size(), ready->axes.size());
  EXPECT_EQ(changed->base.model, "flux1-schnell");
  EXPECT_NE(sweep::key(*changed), sweep::key(*ready));
}

TEST(PlanFields, ARepeatIsExactUnlessAPrecisionIsAsked) {
  Document request;
  request.set("model", list({"sd15"})).set("repeat", 4);
  const auto exact = plan(request);
  ASSERT_TRUE(exact);
  EXPECT_EQ(exact->repeats.least, 4u);
  EXPECT_EQ(exact->repeats.most, 4u);
  const auto up_to = plan(request.set("precision", "1%"));
  ASSERT_TRUE(up_to);
  EXPECT_EQ(up_to->repeats.least, 3u);
  EXPECT_EQ(up_to->repeats.most, 4u);
  EXPECT_EQ(up_to->repeats.relative_half_width, 0.01);
  EXPECT_EQ(plan(request.set("repeat", 1))->repeats.least, 1u);
}

TEST(PlanFields, TimesAndSettingsAreTaken) {
  Document request;
  request.set("model", list({"sd15"})).set("engine", "synthetic").set("set", list({"noise=0.1", "start=1"}));
  request.set("idle", "2s").set("cool-down", "1m").set("baseline", "0s").set("budget", "1h").set("fraction", 0.5);
  const auto made = plan(request);
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->settings.at("noise"), "0.1");
  EXPECT_EQ(made->idle, 2.0 * second);
  EXPECT_EQ(made->cool_down, 60.0 * second);
  EXPECT_EQ(made->baseline, Duration{});
  EXPECT_EQ(made->budget, 3600.0 * second);
  EXPECT_EQ(made->fraction, 0.5);
}

TEST(PlanFields, WhatCannotBeMeantSaysWhere) {
  const auto error_of = [](const Document& request) {
    const auto made = plan(request);
    EXPECT_FALSE(made);
    return made ? std::string() : made.error().message();
  };
  EXPECT_NE(error_of(Document().set("axis", list({"steps=1"}))).find("no model"), std::string::npos);
  Document request;
  request.set("model", list({"sd15"}));
  EXPECT_NE(error_of(Document(request).set("set", list({"noise"}))).find("NAME=VALUE"), std::string::npos);
  EXPECT_NE(error_of(Document(request).set("idle", "soon")).find("--idle"), std::string::npos);
  EXPECT_NE(error_of(Document(request).set("axis", list({"steps=x"}))).find("--axis"), std::string::npos);
  EXPECT_NE(error_of(Document().set("plan", "paper-fluks")).find("paper-flux"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::api
