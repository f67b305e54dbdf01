// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/flops/count.h"

#include <gtest/gtest.h>

#include "diffjoule/graph/builder.h"

namespace diffjoule::flops {
namespace {

Graph example(std::int64_t batch) {
  Builder b(DType::float16);
  Tensor x = b.convolution("conv_in", b.tensor({batch, 3, 8, 8}), 16);
  x = b.view(x, {batch, 64, 16});
  {
    auto blocks = b.repeat("blocks", 5);
    auto scope = b.scope("attn");
    x = b.attention(b.linear("q", x, 16), b.linear("k", x, 16), b.linear("v", x, 16), 2);
  }
  b.layer_norm("norm", x);
  return b.finish().value();
}

TEST(Count, ScopesAndClassesSumToTheGraph) {
  const Graph graph = example(1);
  const CostByClass total = count(graph);
  for (const std::size_t depth : {0U, 1U, 2U, 3U}) {
    Cost sum;
    for (const ScopeCost& row : count_by_scope(graph, depth)) sum += row.cost;
    EXPECT_EQ(sum, total.total()) << depth;
  }
  EXPECT_GT(total[OpClass::attention].flops.exact(), WideInteger{0});
  EXPECT_EQ(to_decimal(total[OpClass::linear].calls.exact()), "15");
}

TEST(Count, DoublingTheBatchDoublesFlopsAndNotTheWeights) {
  const Cost one = count(example(1)).total(), two = count(example(2)).total();
  EXPECT_EQ(two.flops, WideInteger{2} * one.flops);
  EXPECT_EQ(two.weight_bytes, one.weight_bytes);
  EXPECT_EQ(two.calls, one.calls);
}

TEST(Count, PhasesSumToTheProgram) {
  Program program{{{"denoise", "unet", Stage::denoise, 20, 1, DType::float16, example(1)},
                   {"decode", "vae", Stage::decode, 1, 1, DType::float16, example(2)}},
                  1,
                  {},
                  {},
                  {}};
  EXPECT_EQ(count(program).total(), count(program.phases[0]).total() + count(program.phases[1]).total());
  EXPECT_EQ(count(program.phases[0]).total(), WideInteger{20} * count(example(1)).total());
}

}  // namespace
}  // namespace diffjoule::flops
