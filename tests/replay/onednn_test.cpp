// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/onednn.h"

#include <gtest/gtest.h>

namespace diffjoule::replay {
namespace {

TEST(OneDnn, PlainIsRowMajorWithNothingBetweenRows) {
  const MemoryDesc desc = plain({2, 3, 5}, MemoryType::bf16);
  EXPECT_EQ(dims_of(desc), (Dims{2, 3, 5}));
  EXPECT_EQ(desc.get_size(), 60U);
  EXPECT_EQ(desc, MemoryDesc({2, 3, 5}, MemoryType::bf16, dnnl::memory::format_tag::abc));
}

TEST(OneDnn, WhatItThrowsBecomesAnError) {
  const Status refused = guarded("adding", [] { throw dnnl::error(dnnl_unimplemented, "no such thing"); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::unavailable);
  EXPECT_EQ(refused.error().message(), "adding: oneDNN says \"no such thing\"");
  EXPECT_EQ(guarded("", [] { throw dnnl::error(dnnl_out_of_memory, ""); }).error().code(), ErrorCode::exhausted);
  EXPECT_TRUE(guarded("", [] {}));
}

}  // namespace
}  // namespace diffjoule::replay
