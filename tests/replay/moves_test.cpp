// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/moves.h"

#include "tests/replay/workbench.h"

namespace diffjoule::replay {
namespace {

ElementCount n(std::size_t count) { return ElementCount(count); }

TEST(Moves, ACopyOfALayoutReadsAndWritesItsBytes) {
  Workbench bench(Copy{Copy::Kind::layout, n(5000), n(5000)});
  const Numbers x = random_numbers(5000, 1);
  bench.put(bench.places().reads, x);
  bench.run();
  expect_near(bench.get(bench.places().writes, 5000), x, 0.0F);
  EXPECT_EQ(bench.kernel().needs().reads.exact(), 20000U);
}

TEST(Moves, IndicesAndDoublePrecisionAreMovedInTheirSize) {
  Workbench indices(Elementwise{Elementwise::Kind::add, n(10), n(10)}, DType::int64);
  EXPECT_EQ(indices.kernel().needs().writes.exact(), 80U);
  Workbench(Activation{Activation::Kind::silu, n(7)}, DType::float64).run();
  Workbench(Elementwise{Elementwise::Kind::less_equal, n(20), n(10)}, DType::boolean).run();
}

TEST(Moves, AnEmbeddingReadsRowsOfWeights) {
  Workbench bench(Embedding{6, 8, 49408});
  EXPECT_EQ(bench.kernel().needs().weights.exact(), 6U * 8U * 4U);  // as much of the table as is read
  bench.put(bench.places().weights, Numbers(48, 0.75F));
  bench.run();
  expect_near(bench.get(bench.places().writes, 48), Numbers(48, 0.75F), 0.0F);
}

}  // namespace
}  // namespace diffjoule::replay
