// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/carbon/grid.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "diffjoule/io/file.h"

namespace diffjoule::carbon {
namespace {

// A catalogue of one file with these lines under the usual header.
Result<GridCatalogue> catalogue_of(const std::string& lines) {
  const std::string folder =
      testing::TempDir() + "diffjoule_grids_" + testing::UnitTest::GetInstance()->current_test_info()->name();
  std::filesystem::create_directories(folder + "/grids");
  EXPECT_TRUE(io::write_file(folder + "/grids/country_yearly.csv",
                             "zone,iso2,name,year,intensity_g_per_kwh,kind,source\n" + lines));
  return io::DataFiles::with_overlay(folder).and_then([](const io::DataFiles& f) { return GridCatalogue::load(f); });
}

TEST(Grid, EveryEntryOfTheCatalogueIsFoundByItsCodesAndName) {
  const auto catalogue = GridCatalogue::load(io::DataFiles());
  ASSERT_TRUE(catalogue) << catalogue.error().message();
  EXPECT_GT(catalogue->all().size(), 200u);
  for (const GridIntensity& grid : catalogue->all()) {
    for (const std::string& name : {grid.zone, grid.iso2, grid.name}) {
      if (name.empty()) continue;
      const auto found = catalogue->find(name);
      ASSERT_TRUE(found) << name << ": " << found.error().message();
      EXPECT_EQ(found->zone, grid.zone) << name;
    }
  }
}

TEST(Grid, LetterCaseDoesNotMatter) {
  const auto catalogue = GridCatalogue::load(io::DataFiles());
  ASSERT_TRUE(catalogue);
  for (const char* name : {"de", "DEU", "germany", "Germany"}) EXPECT_EQ(catalogue->find(name)->zone, "DEU");
}

TEST(Grid, TheWorldIsAssumedAndCountriesAreNot) {
  const auto catalogue = GridCatalogue::load(io::DataFiles());
  ASSERT_TRUE(catalogue);
  EXPECT_TRUE(catalogue->world()->assumed);
  EXPECT_FALSE(catalogue->find("FR")->assumed);
}

TEST(Grid, OffersTheNearestNames) {
  const auto catalogue = GridCatalogue::load(io::DataFiles());
  ASSERT_TRUE(catalogue);
  const auto found = catalogue->find("Germny");
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message().find("\"Germany\""), std::string::npos) << found.error().message();
  EXPECT_FALSE(catalogue->find(""));
}

TEST(Grid, TheLatestYearOfAZoneCounts) {
  const auto catalogue = catalogue_of("FRA,FR,France,2023,56,lifecycle,x\nFRA,FR,France,2021,60,lifecycle,x\n");
  ASSERT_TRUE(catalogue) << catalogue.error().message();
  EXPECT_DOUBLE_EQ(catalogue->find("FR")->intensity.in(gram_per_kilowatt_hour), 56.0);
}

TEST(Grid, AMalformedRowIsNamedWithFileLineAndColumn) {
  const auto number = catalogue_of("FRA,FR,France,2023,much,lifecycle,x\n");
  ASSERT_FALSE(number);
  EXPECT_EQ(
      number.error().message(),
      "grids/country_yearly.csv: line 2, column \"intensity_g_per_kwh\": found \"much\", expected a number from 0 up");
  const auto source = catalogue_of("FRA,FR,France,2023,5,lifecycle,\n");
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().message().find("column \"source\""), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::carbon
