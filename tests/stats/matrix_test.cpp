// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/matrix.h"

#include <gtest/gtest.h>

namespace diffjoule::stats {
namespace {

TEST(Matrix, HandsOutItsRowsAsSpans) {
  Matrix matrix(2, 3, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(matrix(1, 0), 4.0);
  matrix.row(1)[2] = 9.0;
  EXPECT_EQ(matrix(1, 2), 9.0);
  EXPECT_EQ(matrix.row(0).size(), 3u);
}

TEST(MatrixDeathTest, RefusesAPlaceOutsideItself) {
  const Matrix matrix(2, 3);
  EXPECT_DEATH((void)matrix(2, 0), "an element of the matrix");
  EXPECT_DEATH((void)matrix.row(2), "a row of the matrix");
}

}  // namespace
}  // namespace diffjoule::stats
