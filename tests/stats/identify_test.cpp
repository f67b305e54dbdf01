// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/identify.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "diffjoule/stats/design.h"

namespace diffjoule::stats {
namespace {

// Columns 0, 1 and 3 are random; 2 = 3 * 0 and 4 a combination of 0, 1 and 3, on scales far apart.
Matrix dependent_design(std::size_t rows) {
  std::mt19937_64 random(17);
  std::normal_distribution<double> normal;
  Matrix x(rows, 5);
  for (std::size_t i = 0; i < rows; ++i) {
    x(i, 0) = 1e8 * normal(random);
    x(i, 1) = normal(random);
    x(i, 2) = 3.0 * x(i, 0);
    x(i, 3) = 1e-5 * normal(random);
    x(i, 4) = 1e-8 * x(i, 0) - 2.0 * x(i, 1) + 1e5 * x(i, 3);
  }
  return x;
}

TEST(IdentifyColumns, KeepsTheEarlierOfDependentColumns) {
  const IdentifiedColumns found = identify_columns(dependent_design(30), {}, {});
  EXPECT_EQ(found.kept, (std::vector<std::size_t>{0, 1, 3}));
  ASSERT_EQ(found.refused.size(), 2u);
  EXPECT_EQ(found.refused[0].column, 2u);
  EXPECT_NE(found.refused[0].reason.find("equals 3 * column 1 in all 30 rows"), std::string::npos);
}

TEST(IdentifyColumns, TheCombinationReproducesTheRefusedColumn) {
  const Matrix x = dependent_design(30);
  const IdentifiedColumns found = identify_columns(x, {}, {});
  for (const Unidentified& refused : found.refused) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      double combined = 0.0;
      for (std::size_t k = 0; k < found.kept.size(); ++k) combined += refused.combination[k] * x(i, found.kept[k]);
      EXPECT_NEAR(combined, x(i, refused.column), 1e-9 * std::abs(x(i, 0)) + 1e-12);
    }
  }
}

TEST(IdentifyColumns, AFaintDifferenceIsADifference) {
  Matrix x(6, 2, 1.0);
  x(3, 1) = 1.0 + 1e-7;
  EXPECT_EQ(identify_columns(x, {}, {}).kept.size(), 2u);
  x(3, 1) = 1.0 + 1e-15;
  EXPECT_EQ(identify_columns(x, {}, {}).kept.size(), 1u);
}

TEST(ShortNumber, HasAtMostSixDigits) {
  EXPECT_EQ(short_number(3.5), "3.5");
  EXPECT_EQ(short_number(1.0 / 3.0), "0.333333");
}

}  // namespace
}  // namespace diffjoule::stats
