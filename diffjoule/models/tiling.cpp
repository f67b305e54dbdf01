// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/tiling.h"

#include <algorithm>

namespace diffjoule::models {
std::vector<Pieces> pieces_of(std::int64_t side, std::int64_t extent, std::int64_t stride) {
  const std::int64_t starts = (side + stride - 1) / stride;
  const std::int64_t whole = side < extent ? 0 : (side - extent) / stride + 1;
  std::vector<Pieces> found;
  if (whole > 0) found.push_back({extent, std::min(whole, starts)});
  for (std::int64_t i = whole; i < starts; ++i) found.push_back({side - i * stride, 1});
  return found;
}

std::vector<Tiles> tiles_of(std::int64_t rows, std::int64_t columns, std::int64_t tile) {
  if (tile < 4 || (rows <= tile && columns <= tile)) return {{rows, columns, 1}};
  std::vector<Tiles> all;
  for (const Pieces& down : pieces_of(rows, tile, tile - tile / 4)) {
    for (const Pieces& across : pieces_of(columns, tile, tile - tile / 4))
      all.push_back({down.extent, across.extent, down.count * across.count});
  }
  return all;
}

}  // namespace diffjoule::models
