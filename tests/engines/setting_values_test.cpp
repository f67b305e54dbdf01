// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/setting_values.h"

#include <gtest/gtest.h>

namespace diffjoule::engines {
namespace {

TEST(SettingValues, WholeNumbersHaveLimits) {
  EXPECT_EQ(whole_setting("threads", "8", 1, 8).value(), 8);
  for (const char* bad : {"", "0", "9", "1.5", "2 ", "two", "99999999999999999999"}) {
    const auto value = whole_setting("threads", bad, 1, 8);
    ASSERT_FALSE(value) << bad;
    EXPECT_EQ(value.error().message(),
              "threads: found \"" + std::string(bad) + "\", a whole number from 1 to 8 is meant");
  }
}

TEST(SettingValues, BytesHaveUnits) {
  for (const auto& [text, bytes] : {std::pair<const char*, std::int64_t>{"2000000", 2000000},
                                    {"1B", 1},
                                    {"4GiB", std::int64_t{4} << 30},
                                    {"4 GB", 4000000000},
                                    {"1.5KiB", 1536},
                                    {"2TiB", std::int64_t{2} << 40}})
    EXPECT_EQ(bytes_setting("memory", text).value(), bytes) << text;
  for (const char* bad : {"", "0", "-1GiB", "4 gigs", "GiB", "1e30", "nan", "inf", "4GiB "})
    EXPECT_FALSE(bytes_setting("memory", bad)) << bad;
}

}  // namespace
}  // namespace diffjoule::engines
