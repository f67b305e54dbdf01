// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/config.h"

#include <gtest/gtest.h>

#include <random>

#include "diffjoule/io/data_files.h"
#include "diffjoule/io/json.h"
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/pipeline.h"

namespace diffjoule::models {
namespace {

TEST(Config, ReadsValuesAndPublishedDefaults) {
  const io::Document d =
      io::parse_json(R"({"layers": 12, "whole": 3.0, "flag": true, "widths": [1, 2], "nothing": null})").value();
  Config c(d);
  EXPECT_EQ(c.integer("layers", 1), 12);
  EXPECT_EQ(c.integer("whole", 1), 3);
  EXPECT_EQ(c.integer("nothing", 7), 7);
  EXPECT_TRUE(c.flag("flag", false));
  EXPECT_EQ(c.integers("layers", {}, 3), (std::vector<std::int64_t>{12, 12, 12}));
  EXPECT_EQ(c.integers("widths", {}), (std::vector<std::int64_t>{1, 2}));
  EXPECT_FALSE(c.problem().has_value());
}

TEST(Config, TheFirstMistakeNamesKeyFoundAndExpected) {
  const io::Document d = io::parse_json(R"({"layers": -3, "heads": "many"})").value();
  Config c(d);
  EXPECT_EQ(c.integer("layers", 5), 5);
  (void)c.integer("heads", 5);
  ASSERT_TRUE(c.problem().has_value());
  for (const char* part : {"layers", "-3", "whole number"})
    EXPECT_NE(c.problem()->message().find(part), std::string::npos) << c.problem()->message();
}

TEST(Config, RefusesNumbersThatNoNetworkHas) {
  for (const char* value : {"1e18", "1.5", "0", "[]", "{}", "\"1\""}) {
    const io::Document d = io::parse_json(std::string(R"({"n": )") + value + "}").value();
    Config c(d);
    (void)c.integer("n", 1);
    EXPECT_TRUE(c.problem().has_value()) << value;
  }
}

// Every published config with some of its values replaced by hostile ones: a graph or an error, never a crash.
TEST(Config, HostileConfigsBuildOrAreRefused) {
  const Catalogue catalogue{io::DataFiles()};
  const std::vector<io::Document> hostile{io::Document(),
                                          -1,
                                          0,
                                          1e18,
                                          0.5,
                                          "text",
                                          io::Document::Array{},
                                          io::Document::Array{1, 2, 3},
                                          io::Document::Array{0},
                                          io::Document::Object{},
                                          true,
                                          16777216};
  std::mt19937_64 random(5);
  for (const std::string& slug : catalogue.slugs()) {
    const Pipeline pipeline = catalogue.load(slug).value();
    for (const auto& [name, component] : pipeline.components) {
      const auto architecture = architecture_of(component.class_name);
      if (!architecture || component.config.object()->empty()) continue;
      for (int i = 0; i < 60; ++i) {
        io::Document config = component.config;
        for (int k = 0; k < 2; ++k) {
          const auto& members = *config.object();
          config.set(members[random() % members.size()].first, hostile[random() % hostile.size()]);
        }
        Call call{.height = 16, .width = 16, .text_tokens = 77};
        call.direction = (*architecture)->role == Architecture::Role::autoencoder ? Call::Direction::decode
                                                                                  : Call::Direction::forward;
        const auto graph = (*architecture)->build(config, call);
        EXPECT_TRUE(graph.has_value() || !graph.error().message().empty());
      }
    }
  }
}

}  // namespace
}  // namespace diffjoule::models
