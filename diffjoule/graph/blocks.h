// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/graph/graph.h"

// A network in the parts that people speak of. On the module path of an operator, the block is the first repeated list
// ("transformer_blocks", all of its members), or else the first module that calls itself a block ("down_blocks.1",
// "decoder.mid_block"); what is outside of both goes by its outermost module ("time_text_embed"), or the second one
// where blocks share the outermost ("decoder.conv_in"). Every operator is in one block.
namespace diffjoule {

struct Block {
  std::string path;          // empty: operators of the network itself
  std::int64_t members = 1;  // of a repeated list
  Graph graph;               // its operators alone, in the scopes of the whole
};

// In the order of first use. Depends on scopes alone: equal networks at two batches have equal blocks.
[[nodiscard]] std::vector<Block> blocks(const Graph& graph);

}  // namespace diffjoule
