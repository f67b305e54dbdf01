// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/memory_file.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "diffjoule/os/program_output.h"

namespace diffjoule::os {
namespace {

TEST(MemoryFile, AnotherProgramReadsItMoreThanOnceAndItIsGoneWithItsOwner) {
  const std::string bytes = std::string(3000000, 'x') + std::string(1, '\0') + "end";
  auto file = MemoryFile::holding(bytes);
  ASSERT_TRUE(file) << file.error().message();
  const std::string path = (*file)->path();
  EXPECT_EQ(program_output({"/bin/cat", path}).value(), bytes);
  EXPECT_EQ(program_output({"/bin/cat", path}).value(), bytes);
  file->reset();
  EXPECT_NE(access(path.c_str(), R_OK), 0);
}

}  // namespace
}  // namespace diffjoule::os
