// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/api/verb.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace diffjoule::api {
namespace {

using io::Document;
using Kind = Field::Kind;

// A verb that answers with what it was asked.
Verb echo() {
  return {"echo",
          "says it again",
          "Says it again.",
          {{.name = "what", .help = "to say", .placeholder = "WHAT", .positional = true, .required = true},
           {.name = "times", .kind = Kind::integer, .help = "how often", .placeholder = "N", .least = 1.0, .most = 9.0},
           {.name = "pause", .kind = Kind::real, .help = "between", .placeholder = "X", .least = 0.0},
           {.name = "loud", .kind = Kind::flag, .help = "shout"},
           {.name = "voice", .help = "whose", .placeholder = "WHO", .choices = {"low", "high"}},
           {.name = "to", .help = "whom", .placeholder = "NAME", .many = true}},
          {"diffjoule echo x"},
          nullptr,
          nullptr};
}

std::string refusal(const Document& request) {
  const auto checked = check(echo(), request);
  return checked ? "accepted" : checked.error().message();
}

Document asking() { return Document().set("what", "hello"); }

TEST(Verb, ARequestOfTheRightKindsIsReadBack) {
  Document request = asking();
  request.set("times", 3).set("pause", 1).set("loud", true).set("voice", "low");
  request.set("to", Document::Array{Document("Ada"), Document("Bea")});
  const auto checked = check(echo(), request);
  ASSERT_TRUE(checked) << checked.error().message();
  EXPECT_EQ(checked->text("what"), "hello");
  EXPECT_EQ(checked->integer("times"), 3);
  EXPECT_EQ(checked->real("pause"), 1.0) << "a whole number is a number too";
  EXPECT_TRUE(checked->flag("loud"));
  EXPECT_EQ(checked->texts("to"), (std::vector<std::string>{"Ada", "Bea"}));
}

TEST(Verb, WhatIsAbsentOrNullIsNotThere) {
  const auto checked = check(echo(), asking().set("times", Document()));
  ASSERT_TRUE(checked) << checked.error().message();
  EXPECT_EQ(checked->integer("times"), std::nullopt);
  EXPECT_EQ(checked->text("voice"), std::nullopt);
  EXPECT_FALSE(checked->flag("loud"));
  EXPECT_TRUE(checked->texts("to").empty());
}

TEST(Verb, BadRequestsAreRefusedWithFieldFoundAndExpected) {
  EXPECT_EQ(refusal(asking().set("times", "many")), "echo: times: found \"many\", expected a whole number from 1 to 9");
  EXPECT_EQ(refusal(asking().set("times", 10)), "echo: times: found 10, expected a whole number from 1 to 9");
  EXPECT_EQ(refusal(asking().set("times", 2.5)), "echo: times: found 2.5, expected a whole number from 1 to 9");
  EXPECT_EQ(refusal(asking().set("pause", -1)), "echo: pause: found -1, expected a number from 0 up");
  EXPECT_EQ(refusal(asking().set("loud", 1)), "echo: loud: found 1, expected true or false");
  EXPECT_EQ(refusal(asking().set("voice", "shrill")), "echo: voice: found \"shrill\", expected one of low, high");
  EXPECT_EQ(refusal(asking().set("what", 5)), "echo: what: found 5, expected WHAT");
  EXPECT_EQ(refusal(asking().set("to", "Ada")), "echo: to: found \"Ada\", expected a list");
  EXPECT_NE(refusal(asking().set("to", Document::Array{Document(1)})), "accepted");
  EXPECT_NE(refusal(Document::Array{}), "accepted");
  EXPECT_NE(refusal(Document()).find("WHAT is missing"), std::string::npos);
}

TEST(Verb, AnUnknownFieldIsRefusedWithTheNearestName) {
  const std::string message = refusal(asking().set("tmes", 1));
  EXPECT_NE(message.find("\"tmes\""), std::string::npos) << message;
  EXPECT_NE(message.find("\"times\""), std::string::npos) << message;
}

TEST(Verb, AHugeValueDoesNotMakeAHugeMessage) {
  EXPECT_LT(refusal(asking().set("times", std::string(100000, 'x'))).size(), 300u);
}

TEST(Verb, AnUnknownVerbIsRefusedWithTheNearestName) {
  const auto verb = verb_named("cuont");
  ASSERT_FALSE(verb);
  EXPECT_NE(verb.error().message().find("\"count\""), std::string::npos) << verb.error().message();
}

TEST(Verb, EveryVerbExplainsItself) {
  ASSERT_FALSE(all_verbs().empty());
  for (const Verb& verb : all_verbs()) {
    EXPECT_FALSE(verb.summary.empty()) << verb.name;
    EXPECT_EQ(verb.summary.find('\n'), std::string::npos) << verb.name;
    EXPECT_FALSE(verb.description.empty()) << verb.name;
    EXPECT_NE(verb.run, nullptr) << verb.name;
    EXPECT_NE(verb.view, nullptr) << verb.name;
    EXPECT_FALSE(verb.examples.empty()) << verb.name;
    for (const std::string& example : verb.examples)
      EXPECT_TRUE(example.starts_with("diffjoule " + verb.name)) << example;
    EXPECT_EQ(*verb_named(verb.name), &verb);
  }
}

TEST(Verb, EveryFieldExplainsItself) {
  for (const Verb& verb : all_verbs()) {
    std::set<std::string> names;
    std::set<char> letters;
    for (const Field& field : verb.fields) {
      const std::string where = verb.name + " " + field.name;
      EXPECT_TRUE(names.insert(field.name).second) << where << " is there twice";
      EXPECT_TRUE(field.letter == '\0' || letters.insert(field.letter).second) << where << ": the letter is taken";
      EXPECT_FALSE(field.help.empty()) << where;
      EXPECT_FALSE(field.help.ends_with('.')) << where << ": a phrase, not a sentence";
      EXPECT_EQ(field.placeholder.empty(), field.kind == Kind::flag) << where;
      EXPECT_TRUE(std::all_of(field.name.begin(), field.name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
      })) << where;
    }
  }
}

}  // namespace
}  // namespace diffjoule::api
