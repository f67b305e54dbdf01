// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

// Decoding in overlapping tiles, as diffusers' AutoencoderKL.tiled_decode cuts them: tiles of `tile` latent cells a
// side start every 3/4 tile, so that neighbours share a quarter; the ones at the far edges are cut off.
namespace diffjoule::models {

// `count` equal pieces of this extent.
struct Pieces {
  std::int64_t extent, count;
};

// Pieces of `extent` that start every `stride`, cut off at the end of `side`: whole ones first.
[[nodiscard]] std::vector<Pieces> pieces_of(std::int64_t side, std::int64_t extent, std::int64_t stride);

// `count` equal tiles of this many latent rows and columns.
struct Tiles {
  std::int64_t rows, columns, count;
};

// At most nine kinds, whatever the size. One tile if the latent fits.
[[nodiscard]] std::vector<Tiles> tiles_of(std::int64_t rows, std::int64_t columns, std::int64_t tile);

}  // namespace diffjoule::models
