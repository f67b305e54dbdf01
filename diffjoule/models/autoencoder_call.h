// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/models/architecture.h"

// What a call of an autoencoder runs: one half of a checkpoint that holds both.
namespace diffjoule::models {

// Latent rows and columns, whichever way the call goes.
struct LatentSize {
  std::int64_t rows, columns;
};
[[nodiscard]] inline LatentSize latent_size(const Call& call, std::int64_t spatial_factor) {
  const std::int64_t factor = call.direction == Call::Direction::encode ? spatial_factor : 1;
  return {call.height / factor, call.width / factor};
}

// Builds the half that the call runs, then records the parameters of the other.
template <class Encode, class Decode>
void build_halves(Builder& b, const Call& call, Encode encode, Decode decode) {
  const auto build = [&](bool encoder) { encoder ? encode() : decode(); };
  const bool encoding = call.direction == Call::Direction::encode;
  build(encoding);
  auto quiet = b.parameters_only();
  build(!encoding);
}

}  // namespace diffjoule::models
