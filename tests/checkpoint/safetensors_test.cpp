// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/safetensors.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/checkpoint/made_files.h"

namespace diffjoule::checkpoint {
namespace {

std::string refusal(const std::string& json, std::uint64_t data_bytes) {
  const std::string head = safetensors_head(json);
  const auto parsed = parse_safetensors(head, head.size() + data_bytes);
  return parsed ? "" : parsed.error().message();
}

TEST(Safetensors, ReadsNamesShapesAndTypes) {
  const std::string head =
      safetensors_head(R"({"__metadata__":{"format":"pt"},"b":{"dtype":"F16","shape":[3],"data_offsets":[16,22]},)"
                       R"("a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})");
  const auto header = parse_safetensors(head, head.size() + 22);
  ASSERT_TRUE(header) << header.error().message();
  EXPECT_EQ(header->metadata.at("format"), "pt");
  ASSERT_EQ(header->tensors.size(), 2U);
  EXPECT_EQ(header->tensors[1].name, "a");
  EXPECT_EQ(header->tensors[1].shape, (std::vector<std::int64_t>{2, 2}));
  EXPECT_EQ(header->tensors[0].bytes, 6U);
}

TEST(Safetensors, RefusesLengthsBeyondTheFile) {
  EXPECT_FALSE(parse_safetensors("", 0).has_value());
  EXPECT_FALSE(parse_safetensors("1234567", 7).has_value());
  EXPECT_FALSE(parse_safetensors(little_endian(1000, 8) + "{}", 10).has_value());
  EXPECT_FALSE(parse_safetensors(little_endian(~0ULL, 8) + "{}", 10).has_value());
}

TEST(Safetensors, RefusesWhatDoesNotFit) {
  const auto tensor = [](const char* rest) { return std::string(R"({"a":)") + rest + "}"; };
  for (const char* hostile :
       {R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})",                     // too few bytes
        R"({"dtype":"F32","shape":[1],"data_offsets":[6,10]})",                    // beyond the file
        R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})",                     // backwards
        R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})",                    // negative
        R"({"dtype":"F32","shape":[1.5],"data_offsets":[0,4]})",                   // fractional
        R"({"dtype":"F33","shape":[1],"data_offsets":[0,4]})",                     // unknown
        R"({"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,4]})",  // 2^64
        R"({"dtype":"F32","shape":[1]})", R"([])", R"({"dtype":1,"shape":[1],"data_offsets":[0,4]})"}) {
    EXPECT_NE(refusal(tensor(hostile), 8), "") << hostile;
  }
}

TEST(Safetensors, RefusesOverlapsDuplicatesAndDepth) {
  const std::string a = R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]})";
  EXPECT_NE(refusal("{" + a + R"(,"b":{"dtype":"F32","shape":[1],"data_offsets":[2,6]}})", 8).find("overlap"),
            std::string::npos);
  EXPECT_NE(refusal("{" + a + "," + a + "}", 8).find("twice"), std::string::npos);
  EXPECT_NE(refusal(std::string(5000, '['), 8), "");
}

TEST(Safetensors, SurvivesMutations) {
  const auto made = safetensors_of(
      io::Document().set("x.weight", io::Document().push(4).push(8)).set("x.bias", io::Document().push(4)));
  std::mt19937 random(20261124);
  for (int round = 0; round < 3000; ++round) {
    std::string head = made.head;
    for (int change = 0; change < 3; ++change) head[random() % head.size()] = static_cast<char>(random());
    (void)parse_safetensors(head, made.file_bytes);
  }
}

}  // namespace
}  // namespace diffjoule::checkpoint
