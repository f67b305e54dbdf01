// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/shared_library.h"

#include <gtest/gtest.h>

#include <optional>

namespace diffjoule::os {
namespace {

// The C library's own mathematics: there wherever these tests run.
constexpr const char* there = "libm.so.6";

TEST(SharedLibrary, CallsAFunctionByItsName) {
  const auto library = SharedLibrary::open(there);
  ASSERT_TRUE(library) << library.error().message();
  EXPECT_EQ(library->name(), there);
  auto* square_root = library->find<double(double)>("sqrt");
  ASSERT_NE(square_root, nullptr);
  EXPECT_DOUBLE_EQ(square_root(9.0), 3.0);
}

TEST(SharedLibrary, AFunctionThatIsNotThereIsNull) {
  const auto library = SharedLibrary::open(there);
  ASSERT_TRUE(library) << library.error().message();
  EXPECT_EQ(library->find<void()>("diffjoule_no_such_function"), nullptr);
}

TEST(SharedLibrary, ANeededFunctionThatIsNotThereIsNamedWithItsLibrary) {
  const auto library = SharedLibrary::open(there);
  ASSERT_TRUE(library) << library.error().message();
  const auto needed = library->need<void()>("diffjoule_no_such_function");
  ASSERT_FALSE(needed);
  EXPECT_EQ(needed.error().code(), ErrorCode::unavailable);
  EXPECT_NE(needed.error().message().find("diffjoule_no_such_function"), std::string::npos);
  EXPECT_NE(needed.error().message().find(there), std::string::npos);
  EXPECT_TRUE(library->need<double(double)>("cos"));
}

TEST(SharedLibrary, ALibraryThatIsNotThereIsSaidInTheLoadersWords) {
  const auto library = SharedLibrary::open("libdiffjoule-no-such-library.so.7");
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().code(), ErrorCode::unavailable);
  EXPECT_NE(library.error().message().find("opening the shared library \"libdiffjoule-no-such-library.so.7\""),
            std::string::npos);
  EXPECT_NE(library.error().message().find("No such file"), std::string::npos);
}

TEST(SharedLibrary, AFileThatIsNoLibraryIsRefused) {
  const auto library = SharedLibrary::open(DIFFJOULE_SOURCE_DIR "/CMakeLists.txt");
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().code(), ErrorCode::unavailable);
}

TEST(SharedLibrary, AnEmptyNameIsNotTheProgramItself) {
  const auto library = SharedLibrary::open("");
  ASSERT_FALSE(library);
  EXPECT_EQ(library.error().code(), ErrorCode::invalid_argument);
}

TEST(SharedLibrary, StaysOpenWhileOneCopyOfItLives) {
  std::optional<SharedLibrary> copy;
  {
    const auto library = SharedLibrary::open(there);
    ASSERT_TRUE(library) << library.error().message();
    copy = *library;
  }
  auto* square_root = copy->find<double(double)>("sqrt");
  ASSERT_NE(square_root, nullptr);
  EXPECT_DOUBLE_EQ(square_root(4.0), 2.0);
}

}  // namespace
}  // namespace diffjoule::os
