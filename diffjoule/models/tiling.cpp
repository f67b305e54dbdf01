// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/tiling.h"

#include <algorithm>

namespace diffjoule::models {
namespace {

struct Pieces {
  std::int64_t extent, count;
};

// Along one side. Whole tiles come first; at most two cut ones follow.
std::vector<Pieces> pieces(std::int64_t side, std::int64_t tile) {
  const std::int64_t stride = std::max<std::int64_t>(1, tile - tile / 4);
  const std::int64_t starts = (side + stride - 1) / stride;
  const std::int64_t whole = side < tile ? 0 : (side - tile) / stride + 1;
  std::vector<Pieces> found;
  if (whole > 0) found.push_back({tile, whole});
  for (std::int64_t i = whole; i < starts; ++i) found.push_back({side - i * stride, 1});
  return found;
}

}  // namespace

std::vector<Tiles> tiles_of(std::int64_t rows, std::int64_t columns, std::int64_t tile) {
  if (tile < 4 || (rows <= tile && columns <= tile)) return {{rows, columns, 1}};
  std::vector<Tiles> all;
  for (const Pieces& down : pieces(rows, tile)) {
    for (const Pieces& across : pieces(columns, tile))
      all.push_back({down.extent, across.extent, down.count * across.count});
  }
  return all;
}

}  // namespace diffjoule::models
