// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/product_flops.h"

#include <gtest/gtest.h>

namespace diffjoule::replay {
namespace {

// A convolution of 1 x 32 x 6 x 6 in `groups` to as much.
FlopCount flops_of(std::int64_t groups) {
  const Onednn onednn;
  const MemoryDesc x = plain({1, 32, 6, 6}, MemoryType::f32);
  const Dims of_weights = groups == 1 ? Dims{32, 32, 3, 3} : Dims{groups, 32 / groups, 32 / groups, 3, 3};
  const MemoryDesc w = plain(of_weights, MemoryType::f32);
  const Dims one{1, 1}, none{0, 0};
  const auto pd = describe<dnnl::convolution_forward>(onednn, shared_scratch(), dnnl::prop_kind::forward_inference,
                                                      dnnl::algorithm::convolution_direct, x, w, MemoryDesc(), x, one,
                                                      none, one, one);
  return convolution_flops(Primitive(onednn, dnnl::convolution_forward(pd),
                                     {{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, x}},
                                     pd.scratchpad_desc()));
}

TEST(ProductFlops, GroupsDivideTheWork) {
  EXPECT_EQ(flops_of(1).exact(), 2U * 32 * 36 * 32 * 9);
  EXPECT_EQ(flops_of(4).exact(), 2U * 32 * 36 * 8 * 9);
  EXPECT_EQ(flops_of(32).exact(), 2U * 32 * 36 * 9);
}

}  // namespace
}  // namespace diffjoule::replay
