// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/io/json.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace diffjoule::io {
namespace {

std::string refusal(const std::string& text) {
  const auto d = parse_json(text);
  return d ? "" : d.error().message();
}

TEST(Json, ReadsBackWhatItWrites) {
  Document d;
  d.set("text", "a \"quoted\" line\n")
      .set("whole", std::int64_t{-9007199254740993})
      .set("real", 0.1)
      .set("tiny", 1e-300)
      .set("yes", true);
  d.set("nothing", Document()).set("list", Document::Array{1, 2.5, "three"}).set("empty", Document::Object{});
  EXPECT_EQ(parse_json(to_json(d)).value(), d);
  EXPECT_EQ(parse_json(to_json_line(d)).value(), d);
}

TEST(Json, KeepsSixtyFourBitIntegersAndOrder) {
  const Document d = parse_json(R"({"b": 9223372036854775807, "a": 1})").value();
  EXPECT_EQ(*d.find("b")->integer(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(d.object()->front().first, "b");
}

TEST(Json, RefusesWhatIsAmbiguousOrEndless) {
  EXPECT_NE(refusal(R"({"a": 1, "a": 2})").find("\"a\""), std::string::npos);
  EXPECT_FALSE(refusal(std::string(101, '[') + std::string(101, ']')).empty());
  EXPECT_TRUE(refusal(std::string(99, '[') + std::string(99, ']')).empty());
  EXPECT_FALSE(refusal("NaN").empty());
  EXPECT_FALSE(refusal("1e999").empty());
  EXPECT_FALSE(refusal("{} {}").empty());
  EXPECT_FALSE(refusal("").empty());
}

TEST(Json, ErrorsNameLineAndColumn) {
  EXPECT_NE(refusal("{\n  \"a\": oops\n}").find("line 2"), std::string::npos) << refusal("{\n  \"a\": oops\n}");
}

TEST(Json, WritesWhatIsNotANumberAsNull) { EXPECT_EQ(to_json(std::numeric_limits<double>::infinity()), "null"); }

TEST(Json, NeverCrashesOnMutatedText) {
  const std::string seed =
      R"({"format": "diffjoule-law", "version": 1, "list": [1, 2.5e3, {"x": "y\u00e9"}], "b": true, "n": null})";
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string text = seed;
    for (int k = 0; k < 3; ++k) text[random() % text.size()] = static_cast<char>(random() % 256);
    (void)parse_json(text);
  }
}

TEST(Document, FindsByPath) {
  const Document d = parse_json(R"({"a": {"b": {"c": 5}}})").value();
  EXPECT_EQ(*d.at_path("a.b.c")->integer(), 5);
  EXPECT_EQ(d.at_path("a.x.c"), nullptr);
}

}  // namespace
}  // namespace diffjoule::io
