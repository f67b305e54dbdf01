// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/memory.h"

#include <algorithm>

namespace diffjoule::replay {
namespace {

Status fit(Region& region, ByteCount size, bool tight, Pattern pattern, DType dtype) {
  if (region.size() >= size && !tight) return {};
  return region.take(size, pattern, dtype);
}

}  // namespace

void Demand::add(const Needs& needs, DType dtype) {
  Activations& a = activations[dtype];
  a.arena = std::max({a.arena, whole_pages(needs.reads), whole_pages(needs.writes)});
  a.second = std::max(a.second, whole_pages(needs.second));
  weights_of_largest = std::max(weights_of_largest, whole_lines(needs.weights));
  scratch = std::max(scratch, whole_pages(needs.scratch));
}

ByteCount Demand::fixed() const {
  ByteCount all = scratch;
  for (const auto& [dtype, a] : activations) all += a.arena + a.arena + a.second;
  return all;
}

ByteCount pool_size(const Demand& demand, ByteCount memory, ByteCount cache) {
  const ByteCount half_gibibyte(WideInteger{512} << 20U), quarter(memory.exact() / 4), left = memory - demand.fixed();
  const ByteCount wanted =
      std::min(demand.weights_of_graph, std::max(std::min(half_gibibyte, quarter), WideInteger{2} * cache));
  const ByteCount pages_left(left.exact() / whole_pages(ByteCount(1)).exact() * whole_pages(ByteCount(1)).exact());
  return std::max(demand.weights_of_largest, std::min(wanted, pages_left));
}

Status Memory::provide(const Demand& demand, ByteCount memory, ByteCount cache) {
  const ByteCount pool = pool_size(demand, memory, cache);
  ByteCount after = std::max(weights_.size(), whole_pages(pool)) + std::max(scratch_.size(), demand.scratch);
  for (const auto& [dtype, have] : activations_) {
    if (!demand.activations.contains(dtype))
      after += have.arenas[0].size() + have.arenas[1].size() + have.second.size();
  }
  for (const auto& [dtype, want] : demand.activations) {
    const Arenas& have = activations_[dtype];
    after += std::max(have.arenas[0].size(), want.arena) + std::max(have.arenas[1].size(), want.arena) +
             std::max(have.second.size(), want.second);
  }
  const bool tight = after > memory;
  if (tight) {
    activations_.clear();
    weights_.release();
    scratch_.release();
  }
  for (const auto& [dtype, want] : demand.activations) {
    Arenas& have = activations_[dtype];
    for (Region& arena : have.arenas) {
      if (auto status = fit(arena, want.arena, tight, Pattern::activations, dtype); !status) return status;
    }
    if (auto status = fit(have.second, want.second, tight, Pattern::activations, dtype); !status) return status;
  }
  if (auto status = fit(weights_, pool, tight, Pattern::weights, DType::bfloat16); !status) return status;
  if (auto status = fit(scratch_, demand.scratch, tight, Pattern::weights, DType::bfloat16); !status) return status;
  pool_ = static_cast<std::size_t>(pool.exact());
  rewind();
  return {};
}

Places Memory::places(const Needs& needs, DType dtype) {
  Arenas& a = activations_[dtype];
  const auto weights = static_cast<std::size_t>(whole_lines(needs.weights).exact());
  if (next_weights_ + weights > pool_) next_weights_ = 0;
  Places places{.reads = a.arenas[a.written].begin(),
                .second = a.second.begin(),
                .writes = a.arenas[1 - a.written].begin(),
                .weights = weights_.begin() + next_weights_,
                .scratch = scratch_.begin()};
  next_weights_ += weights;
  a.written = 1 - a.written;
  return places;
}

ByteCount Memory::held() const {
  ByteCount all = weights_.size() + scratch_.size();
  for (const auto& [dtype, a] : activations_) all += a.arenas[0].size() + a.arenas[1].size() + a.second.size();
  return all;
}

}  // namespace diffjoule::replay
