// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/program_output.h"

#include <gtest/gtest.h>

namespace diffjoule::os {
namespace {

TEST(ProgramOutput, IsWhatTheProgramWrote) {
  EXPECT_EQ(program_output({"/bin/echo", "two  words"}).value(), "two  words\n");
  EXPECT_EQ(program_output({"/bin/sh", "-c", "head -c 300000 /dev/zero"}).value().size(), 300000u);
}

TEST(ProgramOutput, ACodeOtherThanZeroIsAnErrorThatNamesIt) {
  const auto output = program_output({"/bin/sh", "-c", "echo half; exit 7"});
  ASSERT_FALSE(output.has_value());
  EXPECT_NE(output.error().message().find("code 7"), std::string::npos) << output.error().message();
}

TEST(ProgramOutput, AProgramThatIsNotThereIsAnError) {
  const auto output = program_output({"/nowhere/at/all"});
  ASSERT_FALSE(output.has_value());
  EXPECT_NE(output.error().message().find("/nowhere/at/all"), std::string::npos);
  EXPECT_EQ(output.error().code(), ErrorCode::not_found);
}

TEST(ProgramOutput, ANameIsLookedUpInPath) {
  EXPECT_EQ(program_output({"sh", "-c", "echo found"}).value(), "found\n");
  EXPECT_EQ(program_output({"no-such-program-anywhere"}).error().code(), ErrorCode::not_found);
}

TEST(ProgramOutput, MoreThanIsWantedIsAnErrorAndEndsTheProgram) {
  EXPECT_FALSE(program_output({"/bin/sh", "-c", "exec cat /dev/zero"}, 1000).has_value());
}

}  // namespace
}  // namespace diffjoule::os
