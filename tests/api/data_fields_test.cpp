// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/data_fields.h"

#include <gtest/gtest.h>

#include "diffjoule/io/file.h"

namespace diffjoule::api {
namespace {

const Context context{{}, "test"};

Result<dataset::Dataset> data_of(io::Document request) {
  const Verb verb{"x", "", "", data_fields(), {}, nullptr, nullptr};
  const auto checked = check(verb, request);
  EXPECT_TRUE(checked.has_value());
  return dataset_of(*checked, context);
}

// A file of measurements with these lines under a short header.
io::Document table_of(const std::string& lines) {
  const std::string path = testing::TempDir() + "diffjoule_data_fields.csv";
  EXPECT_TRUE(io::write_file(path, "model_id,gpu,energy_j_per_item,boundary\n" + lines));
  return io::Document().set("measurements", io::Document::Array{io::Document(path)});
}

TEST(DataFields, TheBundledTablesAreTheDefault) {
  const auto data = data_of(io::Document::Object{});
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_GT(data->observations.size(), 100u);
  const io::Document document = document_of(*data);
  EXPECT_EQ(*document.find("used")->integer(), static_cast<std::int64_t>(data->observations.size()));
  EXPECT_NE(words_of(document).find("rows used"), std::string::npos);
}

TEST(DataFields, AMalformedRowIsAnErrorOrCountedWhenAsked) {
  const std::string good = "sd15,H100-SXM-80GB,100,gpu\n", bad = "sd15,H100-SXM-80GB,much,gpu\n";
  const auto refused = data_of(table_of(good + bad));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message().find("line 3"), std::string::npos) << refused.error().message();
  const auto kept = data_of(table_of(good + bad).set("skip-bad", true));
  ASSERT_TRUE(kept) << kept.error().message();
  EXPECT_EQ(kept->observations.size(), 1u);
  EXPECT_EQ(kept->rows, 2u);
}

TEST(DataFields, ATableOfWhichNothingCanBeUsedIsAnErrorWithReasons) {
  const auto data = data_of(table_of("nobody/knows-this,H100-SXM-80GB,100,gpu\n"));
  ASSERT_FALSE(data);
  EXPECT_NE(data.error().message().find("nobody/knows-this"), std::string::npos) << data.error().message();
}

}  // namespace
}  // namespace diffjoule::api
