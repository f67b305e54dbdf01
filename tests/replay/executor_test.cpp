// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/executor.h"

#include <gtest/gtest.h>

#include "diffjoule/flops/count.h"
#include "diffjoule/graph/builder.h"
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/pipeline.h"

namespace diffjoule::replay {
namespace {

constexpr std::uint64_t mebi = std::uint64_t{1} << 20U;

Executor executor(std::uint64_t memory = 400 * mebi) { return Executor({.threads = 1, .memory = ByteCount(memory)}); }

// Every operator there is, some in repeated blocks.
Graph all_operators(DType dtype) {
  Builder b(dtype);
  Tensor x = b.embedding("tokens", {2, 6}, 100, 32);
  {
    auto blocks = b.repeat("blocks", 3);
    x = b.add(x, b.attention(b.linear("q", x, 32), b.linear("k", x, 16), b.linear("v", x, 16), 4, {}, 2));
    x = b.gelu(b.layer_norm("norm", x));
    {
      auto inner = b.repeat("inner", 2);
      x = b.add(x, b.selective_scan(b.linear("in", x, 32), 8));
    }
  }
  x = b.softmax(b.matrix_product(x, b.tensor({2, 32, 36})));
  x = b.mul(x, b.reduce(Reduction::Kind::mean, x));
  x = b.concatenate({x, b.clone(x)}, 1);
  Tensor image = b.silu(b.group_norm("", b.view(x, {2, 12, 6, 6})));
  image = b.convolution("conv", image, 32);
  image = b.upsample(b.transposed_convolution("deconv", image, 16, {2, 2}, {2, 2}, {0, 0}), 2);
  image = b.convolution("depthwise", image, 16, {.groups = 16});
  b.cast(image, dtype == DType::float32 ? DType::bfloat16 : DType::float32);
  auto graph = b.finish();
  EXPECT_TRUE(graph) << graph.error().message();
  return graph.value();
}

// The denoiser of a pipeline, or another component, with settings of its config replaced.
Graph network(const std::string& slug, const std::string& component, const models::Call& call,
              const io::Document::Object& replaced = {}) {
  const models::Catalogue catalogue{io::DataFiles()};
  const models::Pipeline pipeline = catalogue.load(slug).value();
  models::Component c = pipeline.components.at(component);
  for (const auto& [key, value] : replaced) c.config.set(key, value);
  auto graph = models::architecture_of(c.class_name).value()->build(c.config, call);
  EXPECT_TRUE(graph) << graph.error().message();
  return graph.value();
}

void expect_counted(const Graph& graph, Arithmetic arithmetic = Arithmetic::as_graph) {
  Executor e = executor();
  const Status prepared = e.prepare({&graph}, arithmetic);
  ASSERT_TRUE(prepared) << prepared.error().message();
  const auto executed = e.run(0);
  ASSERT_TRUE(executed) << executed.error().message();
  EXPECT_EQ(*executed, flops::count(graph).total().flops);
  EXPECT_LE(e.memory_held(), e.memory());
}

class InBothDtypes : public testing::TestWithParam<DType> {};
INSTANTIATE_TEST_SUITE_P(Replay, InBothDtypes, testing::Values(DType::float32, DType::bfloat16),
                         [](const auto& dtype) { return std::string(name(dtype.param)); });

TEST_P(InBothDtypes, EveryOperatorDoesTheFlopsThatAreCounted) { expect_counted(all_operators(GetParam())); }

TEST_P(InBothDtypes, AUnetDoesTheFlopsThatAreCounted) {
  expect_counted(network("sd15", "unet", {.height = 8, .width = 8, .text_tokens = 77, .dtype = GetParam()},
                         {{"block_out_channels", io::Document::Array{64, 128, 256, 256}}}));
}

TEST_P(InBothDtypes, ADiffusionTransformerDoesTheFlopsThatAreCounted) {
  expect_counted(
      network("dit-xl-2-256", "transformer", {.height = 8, .width = 8, .dtype = GetParam()}, {{"num_layers", 2}}));
}

TEST_P(InBothDtypes, ATransformerOfTwoStreamsDoesTheFlopsThatAreCounted) {
  expect_counted(network("flux1-dev", "transformer", {.height = 8, .width = 8, .text_tokens = 16, .dtype = GetParam()},
                         {{"num_attention_heads", 8}, {"num_layers", 2}, {"num_single_layers", 2}}));
}

TEST_P(InBothDtypes, AStateSpaceModelDoesTheFlopsThatAreCounted) {
  expect_counted(
      network("zigma-zigzagN8-b1", "transformer", {.height = 4, .width = 4, .dtype = GetParam()}, {{"depth", 3}}));
}

TEST_P(InBothDtypes, ADecoderDoesTheFlopsThatAreCounted) {
  expect_counted(network("sd15", "vae",
                         {.direction = models::Call::Direction::decode, .height = 4, .width = 4, .dtype = GetParam()}));
}

TEST_P(InBothDtypes, InEightBitsTheSameFlopsAreDone) { expect_counted(all_operators(GetParam()), Arithmetic::int8); }

TEST(Executors, WhatDoesNotFitIsExhaustedAndNamed) {
  Builder b(DType::float32);
  b.linear("large", b.silu(b.tensor({1, 4096})), 4096);  // 64 MiB of weights
  const Graph graph = b.finish().value();
  const Status status = executor(32 * mebi).prepare({&graph}, Arithmetic::as_graph);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code(), ErrorCode::exhausted);
  EXPECT_NE(status.error().message().find("linear 1 x 4096 -> 4096"), std::string::npos) << status.error().message();
}

TEST(Executors, AfterARefusalTheNextGraphRuns) {
  Executor e = executor(32 * mebi);
  Builder large(DType::float32), small(DType::float32);
  large.linear("large", large.tensor({1, 4096}), 4096);
  small.linear("small", small.tensor({4, 64}), 64);
  const Graph a = large.finish().value(), b = small.finish().value();
  EXPECT_FALSE(e.prepare({&a}, Arithmetic::as_graph));
  ASSERT_TRUE(e.prepare({&b}, Arithmetic::as_graph));
  EXPECT_EQ(e.run(0).value().exact(), 2U * 4 * 64 * 64);
}

TEST(Executors, SeveralGraphsAreReadyAtOnce) {
  Executor e = executor();
  Builder b(DType::float32), c(DType::bfloat16);
  b.linear("a", b.tensor({4, 64}), 64);
  c.linear("a", c.tensor({2, 64}), 64);
  const Graph first = b.finish().value(), second = c.finish().value();
  ASSERT_TRUE(e.prepare({&first, &second}, Arithmetic::as_graph));
  EXPECT_EQ(e.run(1).value().exact(), 2U * 2 * 64 * 64);
  EXPECT_EQ(e.run(0).value().exact(), 2U * 4 * 64 * 64);
  EXPECT_FALSE(e.run(2));
}

}  // namespace
}  // namespace diffjoule::replay
