// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/quoting.h"

#include <gtest/gtest.h>

#include <random>

#include "diffjoule/os/program_output.h"

namespace diffjoule::sweep {
namespace {

// What a shell makes of a line of words: each followed by a NUL.
std::string as_parsed(const std::string& shell, const std::vector<std::string>& words) {
  const auto said = os::program_output({shell, "-c", "printf '%s\\0' " + shell_line(words)});
  return said ? *said : "(" + said.error().message() + ")";
}
std::string expected(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += word + '\0';
  return text;
}

TEST(Quoting, WordsOfEveryKindSurviveAShell) {
  const std::vector<std::string> words{
      "plain/path-1.toml", "two words", "it's", "", "$HOME `id` \\ \"", "a\nb", "*", "~", "#x", "-n",
      "é%;|&<>()!",        "'"};
  for (const std::string shell : {"sh", "bash"}) EXPECT_EQ(as_parsed(shell, words), expected(words)) << shell;
}

TEST(Quoting, AnyBytesSurviveAShell) {
  std::mt19937 random(20261129);
  std::uniform_int_distribution<int> byte(1, 255), length(0, 12);
  std::vector<std::string> words;
  for (int i = 0; i < 300; ++i) {
    std::string word(static_cast<std::size_t>(length(random)), ' ');
    for (char& c : word) c = static_cast<char>(byte(random));
    words.push_back(word);
  }
  EXPECT_EQ(as_parsed("sh", words), expected(words));
}

TEST(Quoting, WhatNeedsNoQuotesHasNone) {
  EXPECT_EQ(shell_line({"diffjoule", "sweep", "--plan", "/data/a.toml"}), "diffjoule sweep --plan /data/a.toml");
}

TEST(Quoting, SbatchGetsDoubleQuotesAndBackslashes) {  // what sbatch makes of them: tests/slurm/
  EXPECT_EQ(sbatch_word("gpu:1"), "gpu:1");
  EXPECT_EQ(sbatch_word("a b's"), "\"a b's\"");
  EXPECT_EQ(sbatch_word("say \"x\\y\""), "\"say \\\"x\\\\y\\\"\"");
  EXPECT_EQ(sbatch_word(""), "\"\"");
}

}  // namespace
}  // namespace diffjoule::sweep
