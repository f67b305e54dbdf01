// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "diffjoule/api/verb.h"
#include "diffjoule/io/csv.h"
#include "diffjoule/io/json.h"
#include "tests/cli/captured.h"

namespace diffjoule::cli {
namespace {

TEST(Run, AnswersOnOutAndTellsOnErr) {
  const Captured good = captured({"count", "sd15"});
  EXPECT_EQ(good.code, 0);
  EXPECT_EQ(good.err, "");
  EXPECT_NE(good.out.find("denoise"), std::string::npos);
  const Captured bad = captured({"count", "sd51"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_EQ(bad.out, "");
  EXPECT_NE(bad.err.find("\"sd15\""), std::string::npos) << bad.err;
}

TEST(Run, TheFormatsSayTheSame) {
  const auto json = io::parse_json(captured({"count", "sd15", "--json"}).out);
  ASSERT_TRUE(json) << json.error().message();
  const std::string component = *json->find("phases")->array()->front().find("component")->text();
  const auto csv = io::parse_csv(captured({"count", "sd15", "--csv"}).out);
  ASSERT_TRUE(csv) << csv.error().message();
  EXPECT_EQ(csv->rows(), json->find("phases")->array()->size());
  EXPECT_EQ(csv->at(0, *csv->require("component")), component);
  EXPECT_NE(captured({"count", "sd15", "--markdown"}).out.find("| " + component + " |"), std::string::npos);
}

TEST(Run, ATerminalWithoutUtf8SeesAscii) {
  EXPECT_NE(captured({"count", "sd15"}, true).out.find("█"), std::string::npos);
  for (const char c : captured({"count", "sd15"}, false).out) ASSERT_GE(c, 0);
}

TEST(Run, QuestionsAboutTheProgramAreAnswered) {
  EXPECT_NE(captured({}).out.find("Usage: diffjoule VERB"), std::string::npos);
  EXPECT_EQ(captured({}).out, captured({"--help"}).out);
  EXPECT_TRUE(captured({"--version"}).out.starts_with("diffjoule "));
  EXPECT_TRUE(captured({"--man"}).out.starts_with(".TH"));
  for (const api::Verb& verb : api::all_verbs()) {
    const Captured help = captured({verb.name, "--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_NE(help.out.find(verb.summary), std::string::npos);
  }
  EXPECT_EQ(captured({"--completions", "tcsh"}).code, 2);
}

TEST(Run, EveryExampleRunsAsItStands) {
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(testing::TempDir());
  std::filesystem::remove("data");  // examples name files of the catalogue
  std::filesystem::create_directory_symlink(std::string(DIFFJOULE_SOURCE_DIR) + "/data", "data");
  for (const api::Verb& verb : api::all_verbs()) {
    for (const std::string& example : verb.examples) {
      std::vector<std::string> arguments = words_of(example);
      arguments.erase(arguments.begin());
      const Captured result = captured(arguments);
      EXPECT_LT(result.code, 2) << example << "\n" << result.err;
      if (verb.name == "exporter") continue;  // a program of its own answers
      EXPECT_FALSE((verb.runs_a_command ? result.err : result.out).empty()) << example;
    }
  }
  std::filesystem::current_path(before);
}

TEST(Run, AnOutputThatTakesNothingIsAnError) {
  std::FILE* full = std::fopen("/dev/full", "w");
  if (full == nullptr) GTEST_SKIP() << "this system has no /dev/full";
  const Surroundings surroundings{true, full, std::tmpfile()};
  EXPECT_EQ(run({"list", "models"}, surroundings), 2);
  EXPECT_NE(text_of(surroundings.err).find("could not be written"), std::string::npos);
  std::fclose(full);
}

TEST(Run, TheLocaleDecidesAboutUtf8) {
  EXPECT_TRUE(is_utf8(nullptr, nullptr, "de_DE.UTF-8"));
  EXPECT_TRUE(is_utf8("", "", "C.utf8"));
  EXPECT_FALSE(is_utf8("C", nullptr, "de_DE.UTF-8")) << "LC_ALL wins";
  EXPECT_FALSE(is_utf8(nullptr, nullptr, nullptr));
}

}  // namespace
}  // namespace diffjoule::cli
