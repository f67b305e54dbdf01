// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/pipeline.h"

#include <gtest/gtest.h>

#include <map>

#include "diffjoule/error/suggest.h"
#include "diffjoule/models/program.h"

namespace diffjoule::models {
namespace {

const Catalogue catalogue{io::DataFiles()};

TEST(Catalogue, EveryEntryLoadsWithSourceLicenceAndAPlan) {
  EXPECT_GE(catalogue.slugs().size(), 60U);
  for (const std::string& slug : catalogue.slugs()) {
    const auto pipeline = catalogue.load(slug);
    ASSERT_TRUE(pipeline.has_value()) << pipeline.error().message();
    EXPECT_FALSE(pipeline->source.empty()) << slug;
    EXPECT_FALSE(pipeline->weights_license.empty()) << slug;
    const auto planned = plan(*pipeline, settle(*pipeline, {.model = slug}).value());
    ASSERT_TRUE(planned.has_value()) << planned.error().message();
  }
}

// docs/method/counting.md names what these are; a pipeline that has one is counted in part.
TEST(Catalogue, EveryComponentCanBeCounted) {
  for (const std::string& slug : catalogue.slugs()) {
    const Pipeline pipeline = catalogue.load(slug).value();
    for (const auto& [name, component] : pipeline.components) {
      const auto architecture = architecture_of(component.class_name);
      EXPECT_TRUE(architecture.has_value()) << slug << ": " << name << ": " << component.class_name;
    }
  }
}

TEST(Catalogue, EveryAliasMeansOneModel) {
  std::map<std::string, std::string> owners;
  for (const std::string& slug : catalogue.slugs()) {
    const Pipeline pipeline = catalogue.load(slug).value();
    for (const std::string& alias : pipeline.aliases) {
      const auto [place, fresh] = owners.try_emplace(folded_name(alias), slug);
      EXPECT_TRUE(fresh || place->second == slug) << alias;
      EXPECT_EQ(catalogue.find(alias)->slug, slug) << alias;
    }
  }
}

TEST(Catalogue, AnUnknownModelComesWithTheNearest) {
  const auto pipeline = catalogue.find("black-forest-labs/FLUX.1-dew");
  ASSERT_FALSE(pipeline.has_value());
  EXPECT_NE(pipeline.error().message().find("FLUX.1-dev"), std::string::npos) << pipeline.error().message();
}

}  // namespace
}  // namespace diffjoule::models
