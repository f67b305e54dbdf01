// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/data_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "diffjoule/io/embedded.h"
#include "diffjoule/io/file.h"

namespace diffjoule::io {
namespace {

TEST(DataFiles, TheBuiltInOnesAreSortedAndReadable) {
  const auto& files = embedded_files();
  EXPECT_TRUE(std::is_sorted(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.path < b.path; }));
  EXPECT_EQ(DataFiles().read("grids/country_yearly.csv").value().substr(0, 5), "zone,");
  EXPECT_FALSE(DataFiles().read("grids/nothing.csv").has_value());
}

TEST(DataFiles, AFolderReplacesAndAddsFiles) {
  const std::string folder = testing::TempDir() + "diffjoule_overlay";
  std::filesystem::create_directories(folder + "/gpus");
  ASSERT_TRUE(write_file(folder + "/gpus/Mine.toml", "name = \"Mine\"\n").has_value());
  ASSERT_TRUE(write_file(folder + "/gpus/T4.toml", "replaced").has_value());
  const DataFiles files = DataFiles::with_overlay(folder).value();
  EXPECT_EQ(files.read("gpus/T4.toml").value(), "replaced");
  const auto listed = files.list("gpus/", ".toml");
  EXPECT_EQ(std::count(listed.begin(), listed.end(), "gpus/Mine.toml"), 1);
  EXPECT_EQ(std::count(listed.begin(), listed.end(), "gpus/T4.toml"), 1);
  EXPECT_GT(listed.size(), 50U);
}

TEST(DataFiles, AFolderThatIsNotThereIsAnError) { EXPECT_FALSE(DataFiles::with_overlay("no/such/folder").has_value()); }

}  // namespace
}  // namespace diffjoule::io
