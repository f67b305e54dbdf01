// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/flops/other_counters.h"

#include <gtest/gtest.h>

#include "diffjoule/graph/builder.h"

namespace diffjoule::flops {
namespace {

// Ten tokens through one square layer and one attention, three times.
TEST(OtherCounters, DifferByWhatEachLeavesOutOrAdds) {
  Builder b(DType::float32);
  const Tensor x = b.linear("proj", b.tensor({1, 10, 8}), 8, Bias::no);
  b.add(b.attention(x, x, x, 2), x);
  Program program{
      {{"denoise", "transformer", Stage::denoise, 3, 1, DType::float32, b.finish().value()}}, 1, {}, {}, {}};
  const auto figures = other_counters(program);
  ASSERT_EQ(figures.size(), 4U);
  const WideInteger linear = 3 * 2 * 10 * 8 * 8, attention = 3 * 2 * 2 * 10 * 10 * 8, elements = 3 * 10 * 8;
  EXPECT_EQ(to_decimal(figures[0].flops.exact()), to_decimal(linear + attention));
  EXPECT_EQ(to_decimal(figures[1].flops.exact()), to_decimal(linear));
  EXPECT_EQ(to_decimal(figures[2].flops.exact()), to_decimal(linear + attention + elements));
  EXPECT_EQ(to_decimal(figures[3].flops.exact()), to_decimal(linear));
}

}  // namespace
}  // namespace diffjoule::flops
