// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/convolution.h"

#include <algorithm>

#include "diffjoule/replay/eight_bits.h"
#include "diffjoule/replay/product_flops.h"
#include "diffjoule/replay/weighted_kernel.h"

namespace diffjoule::replay {
namespace {

struct Geometry {
  Dims weights, strides, dilations, before, after;
};

Dims dims_from(const Shape& shape) { return {shape.begin(), shape.end()}; }

// oneDNN has weights [(groups,) out, in, kernel...] for both directions; a graph's transposed ones are [in, out, ...].
Geometry geometry_of(const Convolution& op) {
  Geometry g;
  const std::int64_t out = op.y[1] / op.groups, in = op.x[1] / op.groups;
  if (op.groups > 1) g.weights.push_back(op.groups);
  g.weights.push_back(out);
  g.weights.push_back(in);
  for (int i = 2; i < static_cast<int>(op.x.rank()); ++i) {
    const WindowSteps steps =
        op.transposed ? window_steps(op.y[i], op.w[i], op.x[i]) : window_steps(op.x[i], op.w[i], op.y[i]);
    g.weights.push_back(op.w[i]);
    g.strides.push_back(steps.stride);
    g.dilations.push_back(0);
    g.before.push_back(steps.before);
    g.after.push_back(steps.after);
  }
  return g;
}

std::int64_t terms_of(const Geometry& g, bool grouped) {
  std::int64_t n = 1;
  for (std::size_t i = grouped ? 2 : 1; i < g.weights.size(); ++i) n *= g.weights[i];
  return n;
}

template <class Kind>
KernelPointer made(const Convolution& op, const Making& making, dnnl::algorithm algorithm) {
  const bool eight_bits = making.arithmetic == Arithmetic::int8;
  const MemoryType type = *type_of(making.dtype);
  const Geometry g = geometry_of(op);
  const MemoryDesc x = any_layout(dims_from(op.x), eight_bits ? MemoryType::u8 : type),
                   w = any_layout(g.weights, eight_bits ? MemoryType::s8 : type),
                   b = op.bias ? plain({op.y[1]}, type) : MemoryDesc(), y = any_layout(dims_from(op.y), type);
  dnnl::primitive_attr attributes = shared_scratch();
  std::optional<float> factor;
  if (eight_bits) scale_results(attributes, *(factor = eight_bit_factor(terms_of(g, op.groups > 1))));
  const auto pd = describe<Kind>(making.onednn, attributes, dnnl::prop_kind::forward_inference, algorithm, x, w, b, y,
                                 g.strides, g.dilations, g.before, g.after);
  std::vector<Primitive::Operand> operands{
      {DNNL_ARG_SRC, pd.src_desc()}, {DNNL_ARG_WEIGHTS, pd.weights_desc()}, {DNNL_ARG_DST, pd.dst_desc()}};
  if (op.bias) operands.push_back({DNNL_ARG_BIAS, b});
  Primitive primitive(making.onednn, Kind(pd), operands, pd.scratchpad_desc(), factor);
  const FlopCount flops = op.transposed ? deconvolution_flops(primitive) : convolution_flops(primitive);
  return std::make_unique<WeightedKernel>(making, std::move(primitive), flops, op.bias);
}

}  // namespace

WindowSteps window_steps(std::int64_t in, std::int64_t kernel, std::int64_t out) {
  const auto padding = [&](std::int64_t stride) { return (out - 1) * stride + kernel - in; };
  std::int64_t stride = 1;
  while (padding(stride) < 1 - stride && out > 1) ++stride;  // the last window may end before the last element
  const bool next_fits = padding(stride + 1) >= 0 && padding(stride + 1) < kernel;
  if (padding(stride) < 0 && next_fits) ++stride;
  if (out == 1) stride = std::max<std::int64_t>(1, 1 - padding(1));
  const std::int64_t whole = padding(stride), before = std::max<std::int64_t>(0, whole / 2);
  return {stride, before, whole - before};
}

Result<KernelPointer> convolution_kernel(const Convolution& op, const Making& making) {
  KernelPointer kernel;
  const auto status = guarded(making.title, [&] {
    kernel = op.transposed ? made<dnnl::deconvolution_forward>(op, making, dnnl::algorithm::deconvolution_direct)
                           : made<dnnl::convolution_forward>(op, making, dnnl::algorithm::convolution_direct);
  });
  if (!status) return tl::unexpected(status.error());
  return kernel;
}

}  // namespace diffjoule::replay
