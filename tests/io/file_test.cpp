// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/file.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace diffjoule::io {
namespace {

std::string folder() {
  std::string path = testing::TempDir() + "diffjoule_file_test";
  std::filesystem::create_directories(path);
  return path;
}

TEST(File, ReadsBackWhatWasWrittenAndLeavesNothingBeside) {
  const std::string path = folder() + "/a";
  ASSERT_TRUE(write_file(path, std::string("one\0two", 7)).has_value());
  EXPECT_EQ(read_file(path).value(), std::string("one\0two", 7));
  ASSERT_TRUE(write_file(path, "new").has_value());
  EXPECT_EQ(read_file(path).value(), "new");
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder()))
    files += entry.path().filename().string().starts_with("a") ? 1U : 0U;
  EXPECT_EQ(files, 1U);
}

TEST(File, NamesWhatCannotBeReadOrWritten) {
  EXPECT_NE(read_file(folder() + "/missing").error().message().find("missing"), std::string::npos);
  EXPECT_NE(read_file(folder()).error().message().find("folder"), std::string::npos);
  EXPECT_FALSE(write_file(folder() + "/no/such/place", "x").has_value());
}

}  // namespace
}  // namespace diffjoule::io
