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

TEST(Catalogue, EveryEntryLoadsWithSourceLicenceAndAllItsComponentsKnown) {
  EXPECT_GE(catalogue.slugs().size(), 11U);
  for (const std::string& slug : catalogue.slugs()) {
    const auto pipeline = catalogue.load(slug);
    ASSERT_TRUE(pipeline.has_value()) << pipeline.error().message();
    EXPECT_FALSE(pipeline->source.empty()) << slug;
    EXPECT_FALSE(pipeline->weights_license.empty()) << slug;
    EXPECT_FALSE(pipeline->text_encoders.empty()) << slug;
    EXPECT_TRUE(plan(*pipeline, settle(*pipeline, {.model = slug}).value()).has_value()) << slug;
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
