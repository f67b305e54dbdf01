// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/file_head.h"

#include <gtest/gtest.h>

#include <fstream>

namespace diffjoule::io {
namespace {

TEST(FileHead, ReadsNoMoreThanAskedAndSaysHowLongTheFileIs) {
  const std::string path = testing::TempDir() + "/head.bin";
  std::ofstream(path) << "0123456789";
  const auto head = read_head(path, 4);
  ASSERT_TRUE(head) << head.error().message();
  EXPECT_EQ(head->bytes, "0123");
  EXPECT_EQ(head->file_bytes, 10U);
  EXPECT_EQ(read_head(path, 100)->bytes.size(), 10U);
  EXPECT_FALSE(read_head(path + ".missing", 4).has_value());
}

}  // namespace
}  // namespace diffjoule::io
