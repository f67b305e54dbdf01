// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/engines/command_line.h"

#include <gtest/gtest.h>

#include <random>

namespace diffjoule::engines {
namespace {

using Words = std::vector<std::string>;

std::string error_of(const Result<Words>& words) { return words ? "" : words.error().message(); }

TEST(CommandLine, WordsAreThoseOfAShell) {
  EXPECT_EQ(split_words("a  b\tc\n").value(), (Words{"a", "b", "c"}));
  EXPECT_EQ(split_words(R"(a 'b  c' "d e"f\ g)").value(), (Words{"a", "b  c", "d ef g"}));
  EXPECT_EQ(split_words(R"('a\' "b\"c" '' "")").value(), (Words{"a\\", "b\"c", "", ""}));
  EXPECT_EQ(split_words("a;b $HOME *.png |c").value(), (Words{"a;b", "$HOME", "*.png", "|c"}));
}

TEST(CommandLine, WhatStaysOpenIsAnError) {
  EXPECT_EQ(error_of(split_words("a 'b")), "command line \"a 'b\": a quote ' stays open");
  EXPECT_EQ(error_of(split_words("a \"b")), "command line \"a \"b\": a quote \" stays open");
  EXPECT_EQ(error_of(split_words("a\\")), "command line \"a\\\": nothing stands behind its last \\");
  EXPECT_EQ(error_of(split_words("  ")), "command line \"  \": it has no word");
}

TEST(CommandLine, AnyQuotedWordsComeBack) {
  std::mt19937 random(5);
  for (int i = 0; i < 500; ++i) {
    Words words(1 + random() % 4);
    std::string text;
    for (std::string& word : words) {
      for (std::size_t n = random() % 8; n > 0; --n) word += " '\"\\{}ab\n"[random() % 9];
      text += " '";
      for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
      text += "'";
    }
    EXPECT_EQ(split_words(text).value(), words) << text;
  }
}

TEST(CommandLine, PlaceholdersAreFilledAndDoubledBracesAreBraces) {
  const Values values{{"width", "512"}, {"prompt", "a {width} b"}, {"frames", std::nullopt}};
  EXPECT_EQ(filled("--size={width}x{width}", values).value(), "--size=512x512");
  EXPECT_EQ(filled("{prompt}", values).value(), "a {width} b");
  EXPECT_EQ(filled("{{\"a\": {width}}}", values).value(), "{\"a\": 512}");
  const auto error = [&values](const char* word) { return filled(word, values).error().message(); };
  EXPECT_EQ(error("{widht}"), "no placeholder named \"widht\"; did you mean \"width\"?");
  EXPECT_EQ(error("{frames}"), "{frames}: the workload says nothing of it; give it a value or leave it out");
  EXPECT_NE(error("{width").find("a { stays open"), std::string::npos);
  EXPECT_NE(error("width}").find("a } without its {"), std::string::npos);
}

}  // namespace
}  // namespace diffjoule::engines
