// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/dtype.h"
#include "diffjoule/replay/kernel.h"
#include "diffjoule/replay/region.h"

// All memory of a replay. Activations of a dtype have two arenas that take turns: an operator reads where the one
// before it wrote, so that caches see what they would see. Further operands have an arena of their own, which nobody
// writes. Weights come from one pool: each operator has the next part of it, from the front again at its end.
namespace diffjoule::replay {

// What graphs need of it.
struct Demand {
  struct Activations {
    ByteCount arena;  // each of the two
    ByteCount second;
  };
  std::map<DType, Activations> activations;
  ByteCount weights_of_largest;  // operator
  ByteCount weights_of_graph;    // all operators of the largest graph, each time they run
  ByteCount scratch;

  void add(const Needs& needs, DType dtype);
  // Without weights.
  [[nodiscard]] ByteCount fixed() const;
  [[nodiscard]] ByteCount least() const { return fixed() + whole_pages(weights_of_largest); }
};

// How large the pool is: as the weights of a graph, but not more than the larger of twice the last cache and of the
// smaller of 512 MiB and a quarter of the memory; never less than one operator needs or more than the memory has left.
[[nodiscard]] ByteCount pool_size(const Demand& demand, ByteCount memory, ByteCount cache);

class Memory {
 public:
  // Takes what is not there yet, and gives back where more than `memory` would be held. `demand.least()` fits.
  [[nodiscard]] Status provide(const Demand& demand, ByteCount memory, ByteCount cache);

  // The first operator of a graph is next.
  void rewind() { next_weights_ = 0; }
  [[nodiscard]] Places places(const Needs& needs, DType dtype);

  [[nodiscard]] ByteCount held() const;

 private:
  struct Arenas {
    Region arenas[2], second;
    unsigned written = 0;
  };
  std::map<DType, Arenas> activations_;
  Region weights_, scratch_;
  std::size_t pool_ = 0, next_weights_ = 0;
};

}  // namespace diffjoule::replay
