// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// The built program as a process: what main() adds to run().
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <string>

namespace {

const std::string program = std::string("'") + DIFFJOULE_BINARY_DIR + "/diffjoule'";

int code_of(const std::string& command) {
  const int status = std::system(command.c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Process, ExitCodesAreThoseOfTheManual) {
  EXPECT_EQ(code_of(program + " --version > /dev/null"), 0);
  EXPECT_EQ(code_of(program + " count nobody-knows-this 2> /dev/null"), 2);
}

TEST(Process, AClosedPipeIsAnErrorAndNotASilentEnd) {
  // The reader is gone before the program writes.
  EXPECT_EQ(code_of("bash -c \"set -o pipefail; (sleep 0.2; " + program + " --man 2> /dev/null) | true\""), 2);
}

TEST(Process, AFullDiskIsAnError) {
  if (code_of("test -c /dev/full") != 0) GTEST_SKIP() << "this system has no /dev/full";
  EXPECT_EQ(code_of(program + " list models > /dev/full 2> /dev/null"), 2);
}

}  // namespace
