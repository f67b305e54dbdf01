// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/import_files.h"

#include <gtest/gtest.h>

namespace diffjoule::api {
namespace {

std::string sample(const std::string& name) { return DIFFJOULE_SOURCE_DIR "/data/samples/" + name; }

TEST(ImportFiles, TwoScrapesAreOneGroupAndTwoTablesAreTwo) {
  const auto inputs = read_inputs({sample("kepler_after.prom"), sample("zeus.csv"), sample("kepler_before.prom"),
                                   sample("emissions.csv"), sample("emissions_v2.csv")});
  ASSERT_TRUE(inputs);
  EXPECT_TRUE((*inputs)[0].modified);
  const auto all = import_inputs(*inputs, std::nullopt);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->groups.size(), 4u);
  EXPECT_EQ(all->groups[0].format, "kepler");
  EXPECT_EQ(all->groups[0].files.size(), 2u);
  EXPECT_TRUE(all->refused.empty());
}

TEST(ImportFiles, AFileThatIsNotUnderstoodIsRefusedAndTheOthersAreTaken) {
  const auto all = import_inputs({{"a", "hello"}, {"z", "start_time,window_name,elapsed_time,gpu0_energy\n1,w,2,3\n"}},
                                 std::nullopt);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->groups.size(), 1u);
  ASSERT_EQ(all->refused.size(), 1u);
  EXPECT_EQ(all->refused[0].where, "a");
}

TEST(ImportFiles, AFormatThatIsForcedIsTaken) {
  const auto all = import_inputs({{"a", "hello"}}, "zeus");
  ASSERT_TRUE(all);
  ASSERT_EQ(all->refused.size(), 1u);
  EXPECT_NE(all->refused[0].reason.find("start_time"), std::string::npos) << all->refused[0].reason;
}

TEST(ImportFiles, AMissingFileIsAnError) { EXPECT_FALSE(read_inputs({sample("none")})); }

}  // namespace
}  // namespace diffjoule::api
