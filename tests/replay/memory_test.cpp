// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/memory.h"

#include <gtest/gtest.h>

namespace diffjoule::replay {
namespace {

constexpr std::uint64_t mebi = std::uint64_t{1} << 20U;
ByteCount bytes(std::uint64_t n) { return ByteCount(n); }

Demand demand_of(const Needs& needs, std::uint64_t weights_of_graph) {
  Demand demand;
  demand.add(needs, DType::float32);
  demand.weights_of_graph = bytes(weights_of_graph);
  return demand;
}

TEST(PoolSize, ItIsTheWeightsOfAGraphWhereTheyAreFew) {
  EXPECT_EQ(pool_size(demand_of({.weights = bytes(mebi)}, 3 * mebi), bytes(8000 * mebi), bytes(32 * mebi)),
            bytes(3 * mebi));
}
TEST(PoolSize, ItIsBounded) {
  const Demand large = demand_of({.weights = bytes(mebi)}, 20000 * mebi);
  EXPECT_EQ(pool_size(large, bytes(8000 * mebi), bytes(32 * mebi)), bytes(512 * mebi));
  EXPECT_EQ(pool_size(large, bytes(800 * mebi), bytes(32 * mebi)), bytes(200 * mebi));   // a quarter
  EXPECT_EQ(pool_size(large, bytes(800 * mebi), bytes(300 * mebi)), bytes(600 * mebi));  // twice the cache
  EXPECT_EQ(pool_size(large, bytes(400 * mebi), bytes(300 * mebi)), bytes(400 * mebi));  // what there is
}
TEST(PoolSize, OneOperatorFitsInIt) {
  EXPECT_EQ(pool_size(demand_of({.weights = bytes(900 * mebi)}, 20000 * mebi), bytes(1000 * mebi), bytes(mebi)),
            bytes(900 * mebi));
}

TEST(MemoryOfAReplay, AnOperatorReadsWhereTheOneBeforeItWrote) {
  Memory memory;
  const Needs needs{.reads = bytes(1000), .writes = bytes(2000), .weights = bytes(100)};
  ASSERT_TRUE(memory.provide(demand_of(needs, 400), bytes(mebi), bytes(0)));
  const Places first = memory.places(needs, DType::float32), second = memory.places(needs, DType::float32),
               third = memory.places(needs, DType::float32);
  EXPECT_EQ(second.reads, first.writes);
  EXPECT_EQ(third.reads, second.writes);
  EXPECT_NE(first.reads, first.writes);
}

TEST(MemoryOfAReplay, WeightsGoOnFromOperatorToOperatorAndBeginAgain) {
  Memory memory;
  const Needs needs{.writes = bytes(64), .weights = bytes(100)};  // two lines
  ASSERT_TRUE(memory.provide(demand_of(needs, 3 * 128), bytes(mebi), bytes(mebi)));
  const std::byte* first = memory.places(needs, DType::float32).weights;
  EXPECT_EQ(memory.places(needs, DType::float32).weights, first + 128);
  EXPECT_EQ(memory.places(needs, DType::float32).weights, first + 256);
  EXPECT_EQ(memory.places(needs, DType::float32).weights, first);  // the end of the pool
  memory.rewind();
  EXPECT_EQ(memory.places(needs, DType::float32).weights, first);
}

TEST(MemoryOfAReplay, WhatIsHeldStaysWithinTheLimit) {
  Memory memory;
  const ByteCount limit = bytes(8 * mebi);
  ASSERT_TRUE(memory.provide(demand_of({.reads = bytes(3 * mebi), .writes = bytes(mebi)}, 0), limit, bytes(0)));
  EXPECT_EQ(memory.held(), bytes(6 * mebi));
  ASSERT_TRUE(memory.provide(demand_of({.second = bytes(7 * mebi)}, 0), limit, bytes(0)));
  EXPECT_LE(memory.held(), limit);
  Demand other;
  other.add({.reads = bytes(2 * mebi)}, DType::bfloat16);
  ASSERT_TRUE(memory.provide(other, limit, bytes(0)));
  EXPECT_LE(memory.held(), limit);
}

}  // namespace
}  // namespace diffjoule::replay
