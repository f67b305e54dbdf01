// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/version.h"

#include <gtest/gtest.h>

#include "diffjoule/io/file.h"

namespace diffjoule::api {
namespace {

TEST(Version, IsWhatTheFileSays) {
  const auto file = io::read_file(std::string(DIFFJOULE_SOURCE_DIR) + "/VERSION");
  ASSERT_TRUE(file);
  EXPECT_EQ(std::string(version()), file->substr(0, file->find('\n')));
}

}  // namespace
}  // namespace diffjoule::api
