// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <thread>

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

TEST(File, APipeIsWrittenToAndNotReplaced) {
  const std::string path = testing::TempDir() + "written-pipe";
  std::remove(path.c_str());
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = read_file(path).value_or("nothing"); });
  EXPECT_TRUE(write_file(path, "bytes"));
  reader.join();
  EXPECT_EQ(got, "bytes");
  EXPECT_TRUE(std::filesystem::is_fifo(path));
  std::remove(path.c_str());
}

TEST(File, NamesWhatCannotBeReadOrWritten) {
  EXPECT_NE(read_file(folder() + "/missing").error().message().find("missing"), std::string::npos);
  EXPECT_NE(read_file(folder()).error().message().find("folder"), std::string::npos);
  EXPECT_FALSE(write_file(folder() + "/no/such/place", "x").has_value());
}

}  // namespace
}  // namespace diffjoule::io
