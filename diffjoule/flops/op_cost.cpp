// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/flops/op_cost.h"

#include "diffjoule/flops/convention.h"

namespace diffjoule::flops {
namespace {

WideInteger wide(std::int64_t n) { return static_cast<WideInteger>(n); }

// Elements an operator touches: activations as eager execution reads and writes them and each once, and weights.
struct Traffic {
  WideInteger macs = 0;
  WideInteger flops = 0;  // that are no multiply-adds of a product
  WideInteger eager = 0;
  WideInteger ideal = 0;
  WideInteger weights = 0;
  WideInteger scores = 0;
};

// An operator without weights whose operands have `reads` elements and whose result has `elements`.
Traffic moves(WideInteger reads, WideInteger elements, std::uint64_t eager_inputs) {
  return {.eager = (eager_inputs + 1) * elements, .ideal = reads + elements};
}

Traffic traffic(const Linear& o) {  // y = x W^T + b
  const WideInteger activations = wide(o.rows) * (wide(o.in) + wide(o.out));
  return {.macs = wide(o.rows) * wide(o.in) * wide(o.out),
          .eager = activations,
          .ideal = activations,
          .weights = wide(o.in) * wide(o.out) + (o.bias ? wide(o.out) : 0)};
}

// Every element of y (of x where transposed) meets the weights of its output (input) channel's group.
Traffic traffic(const Convolution& o) {
  const WideInteger weights = o.w.elements().exact();
  const WideInteger places = (o.transposed ? o.x : o.y).elements().exact();
  const WideInteger per_place = weights / wide(o.w[0]);
  const WideInteger activations = o.x.elements().exact() + o.y.elements().exact();
  return {.macs = places * per_place,
          .eager = activations,
          .ideal = activations,
          .weights = weights + (o.bias ? wide(o.y[1]) : 0)};
}

Traffic traffic(const Attention& o) {  // q k^T, then the scores times v
  const WideInteger scores = wide(o.batch) * wide(o.heads) * wide(o.queries) * wide(o.keys);
  const WideInteger widths = wide(o.key_width) + wide(o.value_width);
  const WideInteger activations =
      wide(o.batch) * (wide(o.heads) * wide(o.queries) + wide(o.kv_heads) * wide(o.keys)) * widths;
  return {.macs = scores * widths, .eager = activations, .ideal = activations, .scores = scores};
}

Traffic traffic(const MatrixProduct& o) {
  const WideInteger m = wide(o.m), k = wide(o.k), n = wide(o.n);
  const WideInteger activations = wide(o.batch) * (m * k + k * n + m * n);
  return {.macs = wide(o.batch) * m * k * n, .eager = activations, .ideal = activations};
}

// Reads x, the step and the gate of every channel and two vectors of the state a token.
Traffic traffic(const SelectiveScan& o) {
  const WideInteger tokens = wide(o.batch) * wide(o.length), elements = tokens * wide(o.channels);
  const WideInteger activations = 4 * elements + 2 * tokens * wide(o.state);
  return {.flops = elements * (flops_per_scan_state * wide(o.state) + flops_per_scan_channel),
          .eager = activations,
          .ideal = activations,
          .weights = wide(o.channels) * (wide(o.state) + 1)};
}

Traffic traffic(const Normalization& o) {
  Traffic t = moves(o.elements.exact(), o.elements.exact(), EagerInputs::normalization);
  t.weights = o.parameters.exact();
  return t;
}

Traffic traffic(const Activation& o) { return moves(o.elements.exact(), o.elements.exact(), EagerInputs::activation); }
Traffic traffic(const Elementwise& o) {
  return moves(o.reads.exact(), o.elements.exact(), EagerInputs::elementwise(o.kind));
}
Traffic traffic(const Softmax& o) {
  Traffic t = moves(o.elements.exact(), o.elements.exact(), EagerInputs::softmax);
  t.scores = o.elements.exact();
  return t;
}
Traffic traffic(const Concatenation& o) {
  return moves(o.elements.exact(), o.elements.exact(), EagerInputs::concatenation);
}

// Operators whose result is smaller or larger than what they read: both conventions count each once.
Traffic traffic(const Reduction& o) {
  return {.eager = (o.reads + o.elements).exact(), .ideal = (o.reads + o.elements).exact()};
}
Traffic traffic(const Resampling& o) {
  return {.eager = (o.reads + o.elements).exact(), .ideal = (o.reads + o.elements).exact()};
}
Traffic traffic(const Copy& o) {
  return {.eager = (o.reads + o.elements).exact(), .ideal = (o.reads + o.elements).exact()};
}

Traffic traffic(const Embedding& o) {  // the rows that are looked up, and the result
  const WideInteger moved = 2 * wide(o.rows) * wide(o.width);
  return {.eager = moved, .ideal = moved};
}

}  // namespace

OpClass class_of(const Op& op) {
  return std::visit(
      overloaded{[](const Linear&) { return OpClass::linear; }, [](const Convolution&) { return OpClass::convolution; },
                 [](const Attention&) { return OpClass::attention; },
                 [](const SelectiveScan&) { return OpClass::scan; },
                 [](const MatrixProduct& o) { return o.attention ? OpClass::attention : OpClass::other; },
                 [](const auto&) { return OpClass::other; }},
      op);
}

Cost cost_of(const Op& op, DType dtype, WeightFormat weights) {
  const Traffic t = std::visit([](const auto& o) { return traffic(o); }, op);
  const auto to_bytes = [dtype](WideInteger elements) { return ByteCount(elements * bits(dtype) / 8); };
  const bool quantised = weights != WeightFormat::as_arithmetic;
  const WeightBlock& block = block_of(weights);
  const ByteCount expanded = to_bytes(t.weights);
  const ByteCount stored =
      quantised ? ByteCount((t.weights + block.elements - 1) / block.elements * block.bytes) : expanded;
  const ByteCount read = quantised ? stored + expanded + expanded : stored;
  return {.flops = FlopCount(flops_per_mac * t.macs + t.flops),
          .bytes_ideal = to_bytes(t.ideal) + stored,
          .bytes_eager = to_bytes(t.eager) + read,
          .weight_bytes = read,
          .scores = ElementCount(t.scores),
          .calls = CallCount(1)};
}

ElementCount result_elements(const Op& op) {
  return std::visit(
      overloaded{[](const Linear& o) { return ElementCount(wide(o.rows) * wide(o.out)); },
                 [](const SelectiveScan& o) { return ElementCount(wide(o.batch) * wide(o.length) * wide(o.channels)); },
                 [](const Convolution& o) { return o.y.elements(); },
                 [](const Attention& o) {
                   return ElementCount(wide(o.batch) * wide(o.queries) * wide(o.heads) * wide(o.value_width));
                 },
                 [](const MatrixProduct& o) { return ElementCount(wide(o.batch) * wide(o.m) * wide(o.n)); },
                 [](const Embedding& o) { return ElementCount(wide(o.rows) * wide(o.width)); },
                 [](const auto& o) { return o.elements; }},
      op);
}

}  // namespace diffjoule::flops
