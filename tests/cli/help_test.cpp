// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
// Whatever explains the program to people mentions every verb and every field: help, man page, completions.
#include "cli/help.h"

#include <gtest/gtest.h>

#include "cli/completions.h"
#include "cli/flags.h"
#include "cli/manual.h"

namespace diffjoule::cli {
namespace {

// "--text-tokens" as roff writes it.
std::string in_roff(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '-' ? std::string("\\-") : std::string(1, c);
  return out;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Help, TheOverviewNamesEveryVerbWithItsSummary) {
  for (const api::Verb& verb : api::all_verbs()) {
    EXPECT_TRUE(holds(overview(), "  " + verb.name + " ")) << verb.name;
    EXPECT_TRUE(holds(overview(), verb.summary.substr(0, 30))) << verb.name;
  }
}

TEST(Help, AVerbsPageHasEveryFieldAndExample) {
  for (const api::Verb& verb : api::all_verbs()) {
    const std::string page = help_page(verb);
    for (const api::Field& field : verb.fields) {
      EXPECT_TRUE(holds(page, "  " + spelling(field))) << verb.name << " " << field.name;
      EXPECT_TRUE(holds(page, field.help.substr(0, 20))) << verb.name << " " << field.name;
    }
    for (const api::Field& field : common_flags()) EXPECT_TRUE(holds(page, "--" + field.name)) << field.name;
    for (const std::string& example : verb.examples) EXPECT_TRUE(holds(page, "  " + example + "\n")) << example;
  }
}

TEST(Help, NoLineIsWiderThanATerminal) {
  for (const api::Verb& verb : api::all_verbs()) {
    std::string page = help_page(verb);
    page.erase(page.find("\nExamples\n"));  // examples can be copied as they stand
    for (std::size_t begin = 0; begin < page.size();) {
      const std::size_t end = page.find('\n', begin);
      EXPECT_LE(end - begin, 80u) << page.substr(begin, end - begin);
      begin = end + 1;
    }
  }
}

TEST(Manual, HasEveryVerbFieldAndExample) {
  const std::string page = manual("1.2.3");
  EXPECT_TRUE(page.starts_with(".TH DIFFJOULE 1 "));
  EXPECT_TRUE(holds(page, "1.2.3"));
  for (const api::Verb& verb : api::all_verbs()) {
    EXPECT_TRUE(holds(page, ".SS " + verb.name + "\n"));
    for (const api::Field& field : verb.fields)
      EXPECT_TRUE(holds(page, "\\fB" + in_roff(spelling(field)) + "\\fR")) << verb.name << " " << field.name;
    for (const std::string& example : verb.examples) EXPECT_TRUE(holds(page, in_roff(example) + "\n")) << example;
  }
}

TEST(Completions, EveryShellLearnsEveryVerbAndFlag) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = completions(shell);
    ASSERT_TRUE(script) << shell;
    for (const api::Verb& verb : api::all_verbs()) {
      EXPECT_TRUE(holds(*script, verb.name)) << shell;
      for (const api::Field& field : verb.fields) {
        if (field.positional) continue;
        const std::string flag = (shell == std::string("fish") ? "-l " : "--") + field.name;
        EXPECT_TRUE(holds(*script, flag)) << shell << ": " << verb.name << " " << field.name;
      }
      for (const api::Field& field : verb.fields) {
        for (const std::string& choice : field.choices) EXPECT_TRUE(holds(*script, choice)) << shell << ": " << choice;
      }
    }
  }
}

TEST(Completions, AnUnknownShellIsRefused) { EXPECT_FALSE(completions("tcsh")); }

}  // namespace
}  // namespace diffjoule::cli
