// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/store/place.h"

#include <gtest/gtest.h>

#include <map>

namespace diffjoule::store {
namespace {

Environment of(std::map<std::string, std::string> values) {
  return [values](const std::string& name) -> std::optional<std::string> {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional(found->second);
  };
}

TEST(Place, FollowsTheXdgSpecification) {
  EXPECT_EQ(default_place(of({{"XDG_DATA_HOME", "/d"}, {"HOME", "/h"}})).value(), "/d/diffjoule/measurements.db");
  EXPECT_EQ(default_place(of({{"HOME", "/h"}})).value(), "/h/.local/share/diffjoule/measurements.db");
  EXPECT_EQ(default_place(of({{"XDG_DATA_HOME", "relative"}, {"HOME", "/h"}})).value(),
            "/h/.local/share/diffjoule/measurements.db");
}

TEST(Place, WithoutAHomeSaysWhatToGive) {
  const auto none = default_place(of({{"HOME", ""}}));
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message().find("--store"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::store
