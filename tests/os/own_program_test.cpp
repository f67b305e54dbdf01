// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/own_program.h"

#include <gtest/gtest.h>

namespace diffjoule::os {
namespace {

TEST(OwnProgram, LiesBesideThisOne) {
  const auto self = own_program("os_test");
  ASSERT_TRUE(self) << self.error().message();
  EXPECT_TRUE(self->ends_with("/os_test"));
}

TEST(OwnProgram, OneThatIsMissingSaysWhereItWasLookedFor) {
  const auto missing = own_program("diffjoule-nothing");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message().find("libexec/diffjoule/diffjoule-nothing"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::os
