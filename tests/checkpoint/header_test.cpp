// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/checkpoint/header.h"

#include <gtest/gtest.h>

namespace diffjoule::checkpoint {
namespace {

TEST(Header, ProductsOfShapesAreExactOrRefused) {
  EXPECT_EQ(elements_of({}).value(), 1U);
  EXPECT_EQ(elements_of({3, 0, 5}).value(), 0U);
  EXPECT_EQ(elements_of({1LL << 31, 1LL << 31}).value(), 1ULL << 62);
  EXPECT_FALSE(elements_of({1LL << 32, 1LL << 32}).has_value());
  EXPECT_FALSE(elements_of({-1}).has_value());
}

}  // namespace
}  // namespace diffjoule::checkpoint
