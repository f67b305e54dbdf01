// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/weighted_kernel.h"

#include <utility>

#include "diffjoule/replay/byte_loops.h"
#include "diffjoule/replay/eight_bits.h"

namespace diffjoule::replay {

WeightedKernel::WeightedKernel(const Making& making, Primitive primitive, FlopCount flops, bool bias,
                               std::optional<ByteCount> stored)
    : Kernel(making.title),
      primitive_(std::move(primitive)),
      flops_(flops),
      dtype_(making.dtype),
      eight_bits_(making.arithmetic == Arithmetic::int8),
      bias_(bias),
      expands_(stored.has_value()),
      stored_(stored.value_or(primitive_.size(DNNL_ARG_WEIGHTS))) {
  const ByteCount in = primitive_.size(DNNL_ARG_SRC);
  needs_.reads = eight_bits_ ? ByteCount(in.exact() * bits(dtype_) / 8) : in;
  needs_.writes = primitive_.size(DNNL_ARG_DST);
  needs_.weights = whole_lines(stored_) + (bias_ ? whole_lines(primitive_.size(DNNL_ARG_BIAS)) : ByteCount());
  quantised_ = eight_bits_ ? whole_lines(in) : ByteCount();
  expanded_ = expands_ ? whole_lines(primitive_.size(DNNL_ARG_WEIGHTS)) : ByteCount();
  needs_.scratch = quantised_ + expanded_ + primitive_.scratch_size();
}

FlopCount WeightedKernel::run(const Places& places) {
  std::byte *x = places.reads, *w = places.weights, *scratch = places.scratch;
  if (eight_bits_) {
    quantise(places.reads, dtype_, static_cast<std::size_t>(primitive_.size(DNNL_ARG_SRC).exact()), scratch);
    x = std::exchange(scratch, scratch + static_cast<std::size_t>(quantised_.exact()));
  }
  if (expands_) {
    move_bytes(w, stored_, scratch, primitive_.size(DNNL_ARG_WEIGHTS));
    w = std::exchange(scratch, scratch + static_cast<std::size_t>(expanded_.exact()));
  }
  if (bias_) {
    std::byte* bias = places.weights + static_cast<std::size_t>(whole_lines(stored_).exact());
    primitive_.run({{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, places.writes}},
                   scratch);
  } else {
    primitive_.run({{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, places.writes}}, scratch);
  }
  return flops_;
}

Layouts WeightedKernel::layouts() const {
  return {primitive_.operand(DNNL_ARG_SRC), primitive_.operand(DNNL_ARG_WEIGHTS), primitive_.operand(DNNL_ARG_DST)};
}

}  // namespace diffjoule::replay
