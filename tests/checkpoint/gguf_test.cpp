// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/gguf.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/checkpoint/made_files.h"

namespace diffjoule::checkpoint {
namespace {

std::string text(const std::string& s) { return little_endian(s.size(), 8) + s; }

// One Q4_0 tensor of 2 x 32, stored reversed, with the shape it had before.
std::string example() {
  std::string s = "GGUF" + little_endian(3, 4) + little_endian(1, 8) + little_endian(2, 8);
  s += text("general.architecture") + little_endian(8, 4) + text("flux");
  s += text("comfy.gguf.orig_shape.w") + little_endian(9, 4) + little_endian(5, 4) + little_endian(3, 8) +
       little_endian(2, 4) + little_endian(4, 4) + little_endian(8, 4);
  s += text("w") + little_endian(2, 4) + little_endian(32, 8) + little_endian(2, 8) + little_endian(2, 4) +
       little_endian(0, 8);
  return s;
}

TEST(Gguf, ReadsReversedShapesBlocksAndTheShapeBefore) {
  const auto header = parse_gguf(example(), 4096);
  ASSERT_TRUE(header) << header.error().message();
  EXPECT_EQ(header->metadata.at("general.architecture"), "flux");
  ASSERT_EQ(header->tensors.size(), 1U);
  EXPECT_EQ(header->tensors[0].shape, (std::vector<std::int64_t>{2, 4, 8}));
  EXPECT_EQ(header->tensors[0].type.name, "Q4_0");
  EXPECT_EQ(header->tensors[0].bytes, 2U * 18U);
}

TEST(Gguf, EveryCutIsAnError) {
  const std::string whole = example();
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_gguf(whole.substr(0, length), 4096).has_value()) << length;
}

TEST(Gguf, RefusesCountsAndRangesBeyondTheFile) {
  EXPECT_FALSE(parse_gguf(example(), 20).has_value());
  const std::string many = "GGUF" + little_endian(3, 4) + little_endian(~0ULL, 8) + little_endian(0, 8);
  EXPECT_FALSE(parse_gguf(many, 4096).has_value());
  EXPECT_FALSE(parse_gguf("GGUX", 4096).has_value());
}

TEST(Gguf, SurvivesMutations) {
  std::mt19937 random(20261124);
  const std::string whole = example();
  for (int round = 0; round < 5000; ++round) {
    std::string head = whole;
    for (int change = 0; change < 3; ++change) head[random() % head.size()] = static_cast<char>(random());
    (void)parse_gguf(head, 4096);
  }
}

}  // namespace
}  // namespace diffjoule::checkpoint
