// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/product_flops.h"

namespace diffjoule::replay {
namespace {

WideInteger volume(const Dims& dims) {
  WideInteger n = 1;
  for (const auto extent : dims) n *= static_cast<WideInteger>(extent);
  return n;
}

}  // namespace

FlopCount matmul_flops(const Primitive& matmul) {
  const Dims x = dims_of(matmul.operand(DNNL_ARG_SRC)), y = dims_of(matmul.operand(DNNL_ARG_DST));
  return FlopCount(2 * volume(y) * static_cast<WideInteger>(x.back()));
}

FlopCount convolution_flops(const Primitive& convolution) {
  const Dims y = dims_of(convolution.operand(DNNL_ARG_DST)), w = dims_of(convolution.operand(DNNL_ARG_WEIGHTS));
  return FlopCount(2 * volume(y) * volume(w) / static_cast<WideInteger>(y[1]));  // w holds out / groups of each group
}

FlopCount deconvolution_flops(const Primitive& deconvolution) {
  const Dims x = dims_of(deconvolution.operand(DNNL_ARG_SRC)), w = dims_of(deconvolution.operand(DNNL_ARG_WEIGHTS));
  return FlopCount(2 * volume(x) * volume(w) / static_cast<WideInteger>(x[1]));
}

}  // namespace diffjoule::replay
