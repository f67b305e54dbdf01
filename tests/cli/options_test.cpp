// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <gtest/gtest.h>

#include "diffjoule/io/json.h"
#include "tests/cli/captured.h"

namespace diffjoule::cli {
namespace {

std::string request_of(const std::string& line) {
  const auto options = read_options(words_of(line));
  return options ? io::to_json_line(options->request) : options.error().message();
}

TEST(Options, FlagsBecomeFieldsOfTheirKind) {
  EXPECT_EQ(request_of("count sd15 --width 512 --guidance 7.5 --no-cfg --dtype fp16"),
            R"({"model": "sd15", "width": 512, "guidance": 7.5, "no-cfg": true, "dtype": "fp16"})");
  EXPECT_EQ(request_of("count --width=512 sd15"), R"({"model": "sd15", "width": 512})");
  EXPECT_EQ(request_of("fit a.csv b.csv --skip-bad"), R"({"measurements": ["a.csv", "b.csv"], "skip-bad": true})");
  EXPECT_EQ(request_of("fit -o law.json"), R"({"output": "law.json"})");
  EXPECT_EQ(request_of("count -- sd15"), R"({"model": "sd15"})");
}

TEST(Options, WhatIsNoNumberIsLeftForTheVerbToRefuse) {
  EXPECT_EQ(request_of("count sd15 --width 5x"), R"({"model": "sd15", "width": "5x"})");
  EXPECT_EQ(request_of("count sd15 --guidance -1"), R"({"model": "sd15", "guidance": -1})");
  EXPECT_EQ(request_of("count sd15 --steps 99999999999999999999"),
            R"({"model": "sd15", "steps": "99999999999999999999"})");
}

TEST(Options, SlipsAreNamedAndTheNearestOffered) {
  EXPECT_EQ(request_of("count sd15 --widht 5"), "no flag named \"--widht\"; did you mean \"--width\"?");
  EXPECT_EQ(request_of("cuont sd15"), "no verb named \"cuont\"; did you mean \"count\"?");
  EXPECT_EQ(request_of("--verson"), "no flag named \"--verson\"; did you mean \"--version\"?");
  EXPECT_EQ(request_of("count sd15 --width"), "count: --width needs a value");
  EXPECT_EQ(request_of("count sd15 --width 1 --width 2"), "count: --width N was given 2 times, expected once");
  EXPECT_EQ(request_of("count sd15 --json --csv"), "count: --json, --csv and --markdown exclude each other; give one");
  EXPECT_NE(request_of("count sd15 sd21").find("\"sd21\" is one argument too many"), std::string::npos);
}

TEST(Options, HelpWinsOverEverythingElse) {
  for (const char* line : {"count --help", "count -h", "count --width 5 --help extra"}) {
    const auto options = read_options(words_of(line));
    ASSERT_TRUE(options) << line << ": " << options.error().message();
    EXPECT_EQ(options->ask, Options::Ask::help) << line;
    EXPECT_EQ(options->verb->name, "count") << line;
  }
}

TEST(Options, CommonFlagsStandBeforeTheVerbToo) {
  for (const char* line :
       {"--json --data DIR count sd15", "count sd15 --json --data DIR", "--data=DIR count --json sd15"}) {
    const auto options = read_options(words_of(line));
    ASSERT_TRUE(options) << line << ": " << options.error().message();
    EXPECT_EQ(options->format, Format::json) << line;
    EXPECT_EQ(options->data, "DIR") << line;
    EXPECT_EQ(io::to_json_line(options->request), R"({"model": "sd15"})") << line;
  }
}

TEST(Options, EveryFieldOfEveryVerbCanBeSaid) {
  for (const api::Verb& verb : api::all_verbs()) {
    for (const api::Field& field : verb.fields) {
      const bool numeric = field.kind == api::Field::Kind::integer || field.kind == api::Field::Kind::real;
      const std::string value = numeric ? "1" : "x";
      std::vector<std::string> arguments{verb.name};
      if (!field.positional) arguments.push_back("--" + field.name);
      if (field.kind != api::Field::Kind::flag) arguments.push_back(value);
      const auto options = read_options(arguments);
      ASSERT_TRUE(options) << verb.name << " " << field.name << ": " << options.error().message();
      EXPECT_NE(options->request.find(field.name), nullptr) << verb.name << " " << field.name;
    }
  }
}

}  // namespace
}  // namespace diffjoule::cli
