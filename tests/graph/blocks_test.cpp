// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/graph/blocks.h"

#include <gtest/gtest.h>

#include "diffjoule/graph/builder.h"

namespace diffjoule {
namespace {

// An operator in each of these modules; "name*4" is a list of four.
std::vector<Block> blocks_of(const std::vector<std::vector<std::string>>& modules) {
  Builder b(DType::float32);
  const auto open = [&b](auto self, const std::vector<std::string>& path, std::size_t at) -> void {
    if (at == path.size()) {
      (void)b.silu(b.tensor({1, 8}));
      return;
    }
    const std::size_t star = path[at].find('*');
    auto scope = star == std::string::npos ? b.scope(path[at])
                                           : b.repeat(path[at].substr(0, star), std::stoll(path[at].substr(star + 1)));
    self(self, path, at + 1);
  };
  for (const auto& path : modules) open(open, path, 0);
  return blocks(b.finish().value());
}

std::vector<std::string> names(const std::vector<Block>& blocks) {
  std::vector<std::string> all;
  for (const Block& b : blocks) all.push_back(b.path + (b.members > 1 ? " x " + std::to_string(b.members) : ""));
  return all;
}
using Names = std::vector<std::string>;

TEST(Blocks, ARepeatedListIsOneBlock) {
  EXPECT_EQ(names(blocks_of({{}, {"time_embed", "linear"}, {"blocks*19", "attn"}, {"blocks*19", "ff.net.0"}, {}})),
            (Names{"", "time_embed", "blocks x 19"}));
}

TEST(Blocks, AModuleThatCallsItselfABlockIsOneWithAllInside) {
  EXPECT_EQ(names(blocks_of({{"conv_in"},
                             {"down_blocks.0", "resnets.0"},
                             {"down_blocks.1", "attentions.0", "transformer_blocks*2", "ff"},
                             {"mid_block", "resnets.0"},
                             {"conv_out"}})),
            (Names{"conv_in", "down_blocks.0", "down_blocks.1", "mid_block", "conv_out"}));
}

TEST(Blocks, WhatSharesAModuleWithBlocksGoesByItsSecondName) {
  EXPECT_EQ(names(blocks_of({{"decoder.conv_in", "x"}, {"decoder.mid_block", "y"}, {"decoder"}, {"quant", "a.b"}})),
            (Names{"decoder.conv_in", "decoder.mid_block", "decoder", "quant"}));
}

TEST(Blocks, ALoneMemberBelongsToItsListAndIsCountedOnce) {
  EXPECT_EQ(names(blocks_of({{"encoder.block.0", "bias"}, {"encoder.block*24", "layer.0"}})),
            (Names{"encoder.block x 24"}));
  EXPECT_EQ(names(blocks_of({{"up_blocks*3", "a"}, {"up_blocks.7", "b"}})), (Names{"up_blocks x 4"}));
}

TEST(Blocks, NoOperatorIsLostAndRepeatsStay) {
  const std::vector<Block> all = blocks_of({{}, {"blocks*3", "a"}, {"x"}, {"blocks*3", "b", "c*2"}, {}});
  std::vector<std::int64_t> repeats;
  for (const Block& b : all) {
    for (const Node& node : b.graph.nodes()) repeats.push_back(b.graph.repeats(node.scope));
  }
  EXPECT_EQ(repeats, (std::vector<std::int64_t>{1, 1, 3, 6, 1}));
  EXPECT_TRUE(blocks(Graph()).empty());
}

}  // namespace
}  // namespace diffjoule
