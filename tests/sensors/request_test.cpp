// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sensors/request.h"

#include "tests/sensors/readings.h"

namespace diffjoule::sensors {
namespace {

using Texts = std::vector<std::string>;

TEST(Request, EachDriverGetsItsOwn) {
  const Surroundings s{.requests = {"wall:tcp://h:1", "model", "wall:unix:/x", "models:1", "model:cpu=5"}};
  EXPECT_EQ(requests_for(s, "wall"), (Texts{"tcp://h:1", "unix:/x"}));
  EXPECT_EQ(requests_for(s, "model"), (Texts{"", "cpu=5"}));
  EXPECT_TRUE(requests_for(s, "replay").empty());
}

TEST(Request, WhatLeadsToNoDeviceIsAnError) {
  const fakes::MadeTree tree;
  fakes::ManualClock clock;
  const auto refusal = [&](const std::string& request) {
    const auto found =
        find_asked({.clock = &clock, .root = tree.root(), .nvml_library = "none.so", .requests = {request}});
    return found ? std::string("accepted") : found.error().message();
  };
  EXPECT_EQ(refusal("model:cpu=65"), "accepted");
  EXPECT_NE(refusal("watts").find("expected replay:FILE"), std::string::npos);
  EXPECT_NE(refusal("rapl:package-0").find("expected replay:FILE"), std::string::npos) << "it looks for itself";
  EXPECT_NE(refusal("replay:" + tree.at("nothing")).find("cannot be replayed"), std::string::npos);
  EXPECT_NE(refusal("model:cpu=x").find("model:cpu=WATTS"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::sensors
