// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/tiling.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace diffjoule::models {
namespace {

TEST(Tiling, WhatFitsIsOneTile) {
  const auto tiles = tiles_of(64, 48, 64);
  ASSERT_EQ(tiles.size(), 1U);
  EXPECT_EQ(tiles[0].rows, 64);
  EXPECT_EQ(tiles[0].columns, 48);
}

// Against the two loops that cut them: starts every 3/4 tile, each as large as fits.
TEST(Tiling, CutsLikeTheLoopsOverStarts) {
  for (const std::int64_t tile : {8, 64}) {
    for (std::int64_t side = 1; side < 300; side += 7) {
      std::int64_t cells = 0, count = 0;
      for (std::int64_t row = 0; row < side; row += tile * 3 / 4) {
        for (std::int64_t column = 0; column < 2 * side; column += tile * 3 / 4) {
          cells += std::min(tile, side - row) * std::min(tile, 2 * side - column);
          ++count;
        }
      }
      if (2 * side <= tile) continue;  // one tile
      std::int64_t cells_here = 0, count_here = 0;
      for (const Tiles& t : tiles_of(side, 2 * side, tile)) {
        cells_here += t.rows * t.columns * t.count;
        count_here += t.count;
      }
      EXPECT_EQ(cells_here, cells) << side << " in tiles of " << tile;
      EXPECT_EQ(count_here, count) << side << " in tiles of " << tile;
    }
  }
}

}  // namespace
}  // namespace diffjoule::models
