// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/convolution.h"

#include <algorithm>

#include "diffjoule/replay/byte_loops.h"
#include "diffjoule/replay/eight_bits.h"
#include "diffjoule/replay/product_flops.h"

namespace diffjoule::replay {
namespace {

// Scratch: [the input in eight bits][oneDNN's own].
class ConvolutionKernel final : public Kernel {
 public:
  ConvolutionKernel(const Making& making, const Convolution& op, Primitive primitive)
      : Kernel(making.title),
        primitive_(std::move(primitive)),
        flops_(op.transposed ? deconvolution_flops(primitive_) : convolution_flops(primitive_)),
        dtype_(making.dtype),
        eight_bits_(making.arithmetic == Arithmetic::int8),
        bias_(op.bias) {
    const ByteCount in = primitive_.size(DNNL_ARG_SRC), w = primitive_.size(DNNL_ARG_WEIGHTS);
    needs_.reads = eight_bits_ ? ByteCount(in.exact() * bits(dtype_) / 8) : in;
    needs_.writes = primitive_.size(DNNL_ARG_DST);
    needs_.weights = whole_lines(w) + (bias_ ? whole_lines(primitive_.size(DNNL_ARG_BIAS)) : ByteCount());
    quantised_ = eight_bits_ ? whole_lines(in) : ByteCount();
    needs_.scratch = quantised_ + primitive_.scratch_size();
  }

  FlopCount run(const Places& places) override {
    std::byte *x = places.reads, *w = places.weights, *scratch = places.scratch;
    if (eight_bits_) {
      quantise(places.reads, dtype_, static_cast<std::size_t>(primitive_.size(DNNL_ARG_SRC).exact()), scratch);
      x = std::exchange(scratch, scratch + static_cast<std::size_t>(quantised_.exact()));
    }
    if (bias_) {
      std::byte* bias = w + static_cast<std::size_t>(whole_lines(primitive_.size(DNNL_ARG_WEIGHTS)).exact());
      primitive_.run({{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_BIAS, bias}, {DNNL_ARG_DST, places.writes}},
                     scratch);
    } else {
      primitive_.run({{DNNL_ARG_SRC, x}, {DNNL_ARG_WEIGHTS, w}, {DNNL_ARG_DST, places.writes}}, scratch);
    }
    return flops_;
  }

  [[nodiscard]] Layouts layouts() const override {
    return {primitive_.operand(DNNL_ARG_SRC), primitive_.operand(DNNL_ARG_WEIGHTS), primitive_.operand(DNNL_ARG_DST)};
  }

 private:
  Primitive primitive_;
  FlopCount flops_;
  DType dtype_;
  bool eight_bits_, bias_;
  ByteCount quantised_;
};

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
  return std::make_unique<ConvolutionKernel>(
      making, op, Primitive(making.onednn, Kind(pd), operands, pd.scratchpad_desc(), factor));
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
