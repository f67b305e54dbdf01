// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/flops/communication.h"

#include <gtest/gtest.h>

#include "diffjoule/graph/builder.h"

namespace diffjoule::flops {
namespace {

// 16 tokens of width 8 in 2 heads, twice.
Program example() {
  Builder b(DType::bfloat16);
  const Tensor x = b.tensor({1, 16, 8});
  b.attention(x, x, x, 2);
  return {{{"denoise", "transformer", Stage::denoise, 2, 1, DType::bfloat16, b.finish().value()}}, 1, {}, {}, {}};
}

std::string bytes(Parallelism::Scheme scheme, std::int64_t devices) {
  return to_decimal(communication(example(), {scheme, devices}).exact());
}

TEST(Communication, FollowsTheScheme) {
  constexpr int tensor = 16 * 8 * 2 * 2;  // bytes of one of q, k, v over both evaluations
  EXPECT_EQ(bytes(Parallelism::Scheme::data, 4), "0");
  EXPECT_EQ(bytes(Parallelism::Scheme::ulysses, 4), std::to_string(4 * tensor * 3 / 4));
  EXPECT_EQ(bytes(Parallelism::Scheme::ring, 4), std::to_string(2 * tensor * 3));
  EXPECT_EQ(bytes(Parallelism::Scheme::tensor, 2), std::to_string(2 * 2 * tensor));
  EXPECT_EQ(bytes(Parallelism::Scheme::guidance, 2), std::to_string(tensor));
}

TEST(Communication, OneDeviceSendsNothing) { EXPECT_EQ(bytes(Parallelism::Scheme::ulysses, 1), "0"); }

}  // namespace
}  // namespace diffjoule::flops
