// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/verdict.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace diffjoule::measure {
namespace {

TEST(Verdict, EveryDoubtHasANameOfItsOwn) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(DoubtKind::interrupted); ++i) names.insert(name(static_cast<DoubtKind>(i)));
  EXPECT_EQ(names.size(), 15u);
  EXPECT_FALSE(names.contains(""));
}

}  // namespace
}  // namespace diffjoule::measure
