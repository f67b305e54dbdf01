// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/flops/op_cost.h"

#include <gtest/gtest.h>

namespace diffjoule::flops {
namespace {

std::string flops(const Op& op) { return to_decimal(cost_of(op, DType::float32).flops.exact()); }
ElementCount n(std::uint64_t elements) { return ElementCount(elements); }

TEST(OpCost, OneMultiplyAddIsTwoFlops) {
  EXPECT_EQ(flops(Linear{3, 4, 5, true}), std::to_string(2 * 3 * 4 * 5));
  EXPECT_EQ(flops(MatrixProduct{2, 3, 4, 5, false}), std::to_string(2 * 2 * 3 * 4 * 5));
}

TEST(OpCost, ConvolutionsPayForEveryPlaceOfTheResult) {
  // 3x3 over 4 channels for each of 8 x 10 x 10 results.
  EXPECT_EQ(flops(Convolution{{1, 4, 10, 10}, {8, 4, 3, 3}, {1, 8, 10, 10}, 1, true, false}),
            std::to_string(2 * 8 * 100 * 4 * 9));
  // Depthwise: one channel each.
  EXPECT_EQ(flops(Convolution{{1, 8, 10, 10}, {8, 1, 3, 3}, {1, 8, 10, 10}, 8, true, false}),
            std::to_string(2 * 8 * 100 * 9));
  // Transposed: every input meets 8 x 4 x 4 weights.
  EXPECT_EQ(flops(Convolution{{1, 4, 5, 5}, {4, 8, 4, 4}, {1, 8, 10, 10}, 1, true, true}),
            std::to_string(2 * 4 * 25 * 8 * 16));
}

TEST(OpCost, AttentionPaysForTheFullScoreMatrixAndCountsIt) {
  const Attention op{2, 3, 3, 5, 7, 8, 16, true, true};
  EXPECT_EQ(flops(op), std::to_string(2 * 2 * 3 * 5 * 7 * (8 + 16)));
  EXPECT_EQ(to_decimal(cost_of(op, DType::float32).scores.exact()), std::to_string(2 * 3 * 5 * 7));
}

TEST(OpCost, GroupedQueriesLowerBytesNotFlops) {
  const Attention all{1, 8, 8, 10, 10, 4, 4, false, false}, grouped{1, 8, 2, 10, 10, 4, 4, false, false};
  EXPECT_EQ(flops(all), flops(grouped));
  EXPECT_LT(cost_of(grouped, DType::float32).bytes_eager, cost_of(all, DType::float32).bytes_eager);
}

TEST(OpCost, WeightsAreReadOnceWhateverTheBatch) {
  const Cost one = cost_of(Linear{10, 100, 100, false}, DType::float16),
             many = cost_of(Linear{1000, 100, 100, false}, DType::float16);
  EXPECT_EQ(one.weight_bytes, many.weight_bytes);
  EXPECT_EQ(to_decimal(one.weight_bytes.exact()), std::to_string(2 * 100 * 100));
}

TEST(OpCost, IdealNeverExceedsEager) {
  const std::vector<Op> ops{Linear{3, 4, 5, true},
                            Attention{1, 2, 2, 5, 7, 8, 8, false, false},
                            Normalization{Normalization::Kind::layer, n(100), n(20)},
                            Activation{Activation::Kind::silu, n(100)},
                            Elementwise{Elementwise::Kind::mul, n(110), n(100)},
                            Elementwise{Elementwise::Kind::where, n(120), n(100)},
                            Softmax{n(100)},
                            Reduction{Reduction::Kind::mean, n(100), n(10)},
                            Embedding{7, 8, 1000},
                            Resampling{Resampling::Kind::nearest, 2, n(25), n(100)},
                            Copy{Copy::Kind::pad, n(90), n(100)},
                            Concatenation{Concatenation::Kind::cat, n(100)}};
  for (const Op& op : ops) {
    const Cost c = cost_of(op, DType::bfloat16);
    EXPECT_LE(c.bytes_ideal, c.bytes_eager) << aten_name(op);
    EXPECT_GT(c.bytes_ideal.exact(), WideInteger{0}) << aten_name(op);
  }
}

TEST(OpCost, BytesFollowTheDtype) {
  const Op op = Activation{Activation::Kind::gelu, n(100)};
  EXPECT_EQ(cost_of(op, DType::float32).bytes_eager, WideInteger{2} * cost_of(op, DType::float16).bytes_eager);
}

}  // namespace
}  // namespace diffjoule::flops
