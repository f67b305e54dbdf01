// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/graph/builder.h"

#include <gtest/gtest.h>

namespace diffjoule {
namespace {

std::vector<std::string> stored_names(const Graph& graph) {
  std::vector<std::string> all;
  for (const Parameter& p : graph.parameters()) {
    for (const std::string& name : graph.names(p)) all.push_back(name);
  }
  return all;
}

TEST(Builder, StoresARepeatedBlockOnceAndCountsItOften) {
  Builder b(DType::float32);
  {
    auto blocks = b.repeat("blocks", 3, 2);
    b.linear("proj", b.tensor({1, 7, 8}), 4);
  }
  const Graph graph = b.finish().value();
  ASSERT_EQ(graph.nodes().size(), 1U);
  EXPECT_EQ(graph.repeats(graph.nodes()[0].scope), 3);
  EXPECT_EQ(graph.path(graph.nodes()[0].scope), "blocks.*.proj");
  EXPECT_EQ(stored_names(graph),
            (std::vector<std::string>{"blocks.2.proj.weight", "blocks.3.proj.weight", "blocks.4.proj.weight",
                                      "blocks.2.proj.bias", "blocks.3.proj.bias", "blocks.4.proj.bias"}));
  EXPECT_EQ(to_decimal(graph.learnable_parameters().exact()), std::to_string(3 * (8 * 4 + 4)));
}

TEST(Builder, SharesTheParametersOfAModuleThatIsCalledTwice) {
  Builder b(DType::float32);
  for (int i = 0; i < 2; ++i) b.linear("proj", b.tensor({1, 8}), 4, Bias::no);
  const Graph graph = b.finish().value();
  EXPECT_EQ(graph.nodes().size(), 2U);
  EXPECT_EQ(to_decimal(graph.learnable_parameters().exact()), "32");
}

TEST(Builder, RecordsOnlyParametersWhereAskedTo) {
  Builder b(DType::float32);
  {
    auto quiet = b.parameters_only();
    b.linear("unused", b.tensor({1, 8}), 4, Bias::no);
  }
  b.buffer("table", {5});
  const Graph graph = b.finish().value();
  EXPECT_TRUE(graph.nodes().empty());
  EXPECT_EQ(to_decimal(graph.learnable_parameters().exact()), "32");
  EXPECT_EQ(to_decimal(graph.checkpoint_elements().exact()), "37");
}

TEST(Builder, BroadcastsAsNumPyDoes) {
  Builder b(DType::float32);
  EXPECT_EQ(b.add(b.tensor({2, 1, 4}), b.tensor({3, 1})).shape, (Shape{2, 3, 4}));
  EXPECT_TRUE(b.finish().has_value());
}

TEST(Builder, CastsOnlyWhatHasAnotherType) {
  Builder b(DType::float32);
  b.cast(b.tensor({4}), DType::float32);
  b.cast(b.tensor({4}), DType::float64);
  EXPECT_EQ(b.finish()->nodes().size(), 1U);
}

TEST(Builder, KeepsTheFirstMistakeWithItsPlaceAndSurvivesTheRest) {
  Builder b(DType::float32);
  {
    auto scope = b.scope("encoder");
    b.add(b.tensor({2, 3}), b.tensor({4, 5}));
  }
  b.attention(b.tensor({1, 4, 10}), b.tensor({1, 4, 10}), b.tensor({1, 4, 10}), 3);
  b.convolution("conv", b.tensor({1, 4, 2, 2}), 8, {.kernel = 5, .padding = 0});
  b.concatenate({}, 0);
  b.linear("l", b.tensor({0}), 0);
  const auto graph = b.finish();
  ASSERT_FALSE(graph.has_value());
  EXPECT_NE(graph.error().message().find("encoder"), std::string::npos) << graph.error().message();
  EXPECT_NE(graph.error().message().find("[4, 5]"), std::string::npos) << graph.error().message();
}

TEST(Builder, ConvolutionsHaveTheSizesOfPyTorchs) {
  Builder b(DType::float32);
  const Tensor x = b.tensor({1, 4, 65, 64});
  EXPECT_EQ(b.convolution("a", x, 8, {.stride = 2}).shape, (Shape{1, 8, 33, 32}));
  EXPECT_EQ(b.convolution("b", x, 8, Shape{2, 2}, Shape{2, 2}, Shape{0, 0}).shape, (Shape{1, 8, 32, 32}));
  EXPECT_EQ(b.transposed_convolution("c", x, 2, Shape{4, 4}, Shape{2, 2}, Shape{1, 1}).shape, (Shape{1, 2, 130, 128}));
}

TEST(Builder, ModulesCalledAgainCountTheirOperatorsAndKeepTheirParametersOnce) {
  Builder b(DType::float32);
  b.linear("proj", b.tensor({1, 4}), 8);
  {
    auto more = b.again(3);
    b.linear("proj", b.tensor({1, 4}), 8);
  }
  const Graph graph = b.finish().value();
  EXPECT_EQ(to_decimal(graph.learnable_parameters().exact()), "40");
  ASSERT_EQ(graph.nodes().size(), 2U);
  EXPECT_EQ(graph.repeats(graph.nodes()[1].scope), 3);
  EXPECT_EQ(graph.path(graph.nodes()[1].scope), "proj");
}

}  // namespace
}  // namespace diffjoule
