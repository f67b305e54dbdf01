// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/flops/communication.h"

#include "diffjoule/flops/op_cost.h"

namespace diffjoule::flops {
namespace {

// Elements that one self-attention sends.
WideInteger elements_of(const Attention& a, const Parallelism& p) {
  const auto wide = [](std::int64_t n) { return static_cast<WideInteger>(n); };
  const WideInteger devices = wide(p.devices);
  const WideInteger queries = wide(a.batch) * wide(a.queries) * wide(a.heads) * wide(a.key_width);
  const WideInteger keys = wide(a.batch) * wide(a.keys) * wide(a.kv_heads) * wide(a.key_width);
  const WideInteger results = wide(a.batch) * wide(a.queries) * wide(a.heads) * wide(a.value_width);
  switch (p.scheme) {
    case Parallelism::Scheme::ulysses:
      return (queries + 2 * keys + results) * (devices - 1) / devices;
    case Parallelism::Scheme::ring:
      return 2 * keys * (devices - 1);
    case Parallelism::Scheme::tensor:
      return 4 * (devices - 1) * results;
    default:
      return 0;
  }
}

}  // namespace

ByteCount communication(const Program& program, const Parallelism& parallelism) {
  if (parallelism.devices < 2) return {};
  ByteCount sum;
  for (const Phase& phase : program.phases) {
    if (phase.stage != Stage::denoise) continue;
    WideInteger elements = 0;
    for (const Node& node : phase.graph.nodes()) {
      const Attention* a = std::get_if<Attention>(&node.op);
      if (a == nullptr || a->keys < a->queries) continue;
      elements += static_cast<WideInteger>(phase.graph.repeats(node.scope)) * elements_of(*a, parallelism);
    }
    if (parallelism.scheme == Parallelism::Scheme::guidance && !phase.graph.nodes().empty())
      elements += result_elements(phase.graph.nodes().back().op).exact();
    sum += ByteCount(static_cast<WideInteger>(phase.evaluations) * elements * bits(phase.dtype) / 8);
  }
  return sum;
}

}  // namespace diffjoule::flops
