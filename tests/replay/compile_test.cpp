// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/compile.h"

#include <gtest/gtest.h>

namespace diffjoule::replay {
namespace {

TEST(Compile, TitlesSayShapesDtypeAndFormat) {
  EXPECT_EQ(title_of({Linear{4096, 320, 1280, true}, DType::bfloat16, 0}),
            "linear 4096 x 320 -> 1280 + bias, bfloat16");
  EXPECT_EQ(title_of({Linear{1, 2, 3, false}, DType::float32, 0, WeightFormat::nf4}),
            "linear 1 x 2 -> 3, float32, nf4 weights");
}

TEST(Compile, WhatNoProcessorMultipliesIsUnavailableWithAdvice) {
  const Onednn onednn;
  const auto kernel = compile({Linear{8, 8, 8, false}, DType::float64, 0}, onednn, Arithmetic::as_graph);
  ASSERT_FALSE(kernel);
  EXPECT_EQ(kernel.error().code(), ErrorCode::unavailable);
  EXPECT_NE(kernel.error().message().find("linear 8 x 8 -> 8, float64"), std::string::npos);
  EXPECT_NE(kernel.error().message().find("--dtype"), std::string::npos);
}

TEST(Compile, AnOperatorWithoutElementsDoesNothing) {
  const Onednn onednn;
  const auto kernel = compile({Linear{0, 8, 8, false}, DType::float32, 0}, onednn, Arithmetic::as_graph);
  ASSERT_TRUE(kernel);
  EXPECT_EQ((*kernel)->needs().total().exact(), 0U);
}

}  // namespace
}  // namespace diffjoule::replay
