// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "diffjoule/graph/op.h"

// What is counted, in one page.
//
// FLOPs. One multiply-add is two. Counted are linear layers, convolutions (padding counts as work), attention (q k^T
// and its product with v, over the full score matrix, masked or not) and other matrix products. FLOPs = 2 x MACs, and
// equal those of torch.utils.flop_counter.FlopCounterMode. Norms, activations, additions, softmax and the like are not
// FLOPs here: they are bounded by bytes, and are counted as such. The softmax has a count of its own: scores, batch x
// heads x queries x keys of every attention, fused or written out.
//
// Bytes, ideal. Every operator reads each operand once, at its own size, and writes its result once.
//
// Bytes, eager. What PyTorch's eager execution moves: every operator reads its activations and writes its result,
// `eager_inputs` times the elements of the result for operators without weights (an operand that is broadcast is read
// again for every element), weights once a call whatever the batch. Dtype sizes are those of the phase.
//
// Views, slices, transposes without a copy, dropout at inference and the scheduler's own arithmetic count nothing.
namespace diffjoule::flops {

inline constexpr std::string_view convention_name =
    "diffjoule-1: 1 MAC = 2 FLOPs; linear, convolution, attention, matrix products, selective scans";

inline constexpr std::uint64_t flops_per_mac = 2;

// Of a selective scan, by channel of a token: for each number of its state one exponential, the update (two
// multiply-adds of which one scales by the step) and the read-out (one), nine in all, as VMamba counts them; then the
// skip and the gate, two each.
inline constexpr std::uint64_t flops_per_scan_state = 9;
inline constexpr std::uint64_t flops_per_scan_channel = 4;

// Operands of the result's size that eager execution reads, by kind of operator.
struct EagerInputs {
  static constexpr std::uint64_t normalization = 2;  // statistics, then the values again
  static constexpr std::uint64_t activation = 1;
  static constexpr std::uint64_t softmax = 2;  // maximum and sum, then the values again
  static constexpr std::uint64_t concatenation = 1;

  [[nodiscard]] static constexpr std::uint64_t elementwise(Elementwise::Kind kind) {
    switch (kind) {
      case Elementwise::Kind::add:
      case Elementwise::Kind::sub:
      case Elementwise::Kind::mul:
      case Elementwise::Kind::div:
      case Elementwise::Kind::bitwise_and:
      case Elementwise::Kind::less_equal:
        return 2;
      case Elementwise::Kind::where:
        return 3;
      case Elementwise::Kind::pow:
      case Elementwise::Kind::neg:
      case Elementwise::Kind::exp:
      case Elementwise::Kind::sin:
      case Elementwise::Kind::cos:
      case Elementwise::Kind::rsqrt:
      case Elementwise::Kind::reciprocal:
      case Elementwise::Kind::clamp:
      case Elementwise::Kind::clamp_min:
        return 1;
    }
    return 0;
  }
};

}  // namespace diffjoule::flops
