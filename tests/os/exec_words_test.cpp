// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/os/exec_words.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace diffjoule::os {
namespace {

std::ptrdiff_t count_of(const std::vector<std::string>& texts, const std::string& text) {
  return std::count(texts.begin(), texts.end(), text);
}

TEST(ExecWords, AnAdditionReplacesWhatHasItsNameAndNothingElse) {
  setenv("DIFFJOULE_WORDS", "old", 1);
  setenv("DIFFJOULE_WORDS_2", "kept", 1);
  const auto all = environment_with({{"DIFFJOULE_WORDS", "new"}, {"DIFFJOULE_WORDS_3", "added"}});
  EXPECT_EQ(count_of(all, "DIFFJOULE_WORDS=new"), 1);
  EXPECT_EQ(count_of(all, "DIFFJOULE_WORDS=old"), 0);
  EXPECT_EQ(count_of(all, "DIFFJOULE_WORDS_2=kept"), 1);
  EXPECT_EQ(count_of(all, "DIFFJOULE_WORDS_3=added"), 1);
}

TEST(ExecWords, EndWithANull) {
  std::vector<std::string> texts{"a", ""};
  const auto words = exec_words(texts);
  ASSERT_EQ(words.size(), 3u);
  EXPECT_STREQ(words[0], "a");
  EXPECT_STREQ(words[1], "");
  EXPECT_EQ(words[2], nullptr);
}

}  // namespace
}  // namespace diffjoule::os
