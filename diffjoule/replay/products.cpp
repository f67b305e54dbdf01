// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/products.h"

#include "diffjoule/replay/eight_bits.h"
#include "diffjoule/replay/product_flops.h"
#include "diffjoule/replay/weighted_kernel.h"

namespace diffjoule::replay {
namespace {

ByteCount stored_size(const Linear& op, WeightFormat format) {
  const WideInteger elements = static_cast<WideInteger>(op.in) * static_cast<WideInteger>(op.out);
  const WeightBlock& b = block_of(format);
  return ByteCount((elements + b.elements - 1) / b.elements * b.bytes);
}

class MatrixProductKernel final : public Kernel {
 public:
  MatrixProductKernel(const Making& making, Primitive primitive)
      : Kernel(making.title), primitive_(std::move(primitive)), flops_(matmul_flops(primitive_)) {
    needs_ = {.reads = primitive_.size(DNNL_ARG_SRC),
              .second = primitive_.size(DNNL_ARG_WEIGHTS),
              .writes = primitive_.size(DNNL_ARG_DST),
              .scratch = primitive_.scratch_size()};
  }

  FlopCount run(const Places& places) override {
    primitive_.run({{DNNL_ARG_SRC, places.reads}, {DNNL_ARG_WEIGHTS, places.second}, {DNNL_ARG_DST, places.writes}},
                   places.scratch);
    return flops_;
  }

  [[nodiscard]] Layouts layouts() const override {
    return {primitive_.operand(DNNL_ARG_SRC), primitive_.operand(DNNL_ARG_WEIGHTS), primitive_.operand(DNNL_ARG_DST)};
  }

 private:
  Primitive primitive_;
  FlopCount flops_;
};

}  // namespace

Result<KernelPointer> linear_kernel(const Linear& op, WeightFormat weights, const Making& making) {
  KernelPointer kernel;
  const auto status = guarded(making.title, [&] {
    const bool eight_bits = making.arithmetic == Arithmetic::int8;
    const MemoryType type = *type_of(making.dtype);
    const MemoryDesc x = plain({op.rows, op.in}, eight_bits ? MemoryType::u8 : type),
                     w = any_layout({op.in, op.out}, eight_bits ? MemoryType::s8 : type),
                     b = op.bias ? plain({1, op.out}, type) : MemoryDesc(), y = plain({op.rows, op.out}, type);
    dnnl::primitive_attr attributes = shared_scratch();
    std::optional<float> factor;
    if (eight_bits) scale_results(attributes, *(factor = eight_bit_factor(op.in)));
    const auto pd = describe<dnnl::matmul>(making.onednn, attributes, x, w, b, y);
    std::vector<Primitive::Operand> operands{
        {DNNL_ARG_SRC, pd.src_desc()}, {DNNL_ARG_WEIGHTS, pd.weights_desc()}, {DNNL_ARG_DST, pd.dst_desc()}};
    if (op.bias) operands.push_back({DNNL_ARG_BIAS, b});
    Primitive primitive(making.onednn, dnnl::matmul(pd), operands, pd.scratchpad_desc(), factor);
    const FlopCount flops = matmul_flops(primitive);
    std::optional<ByteCount> stored;
    if (weights != WeightFormat::as_arithmetic) stored = stored_size(op, weights);
    kernel = std::make_unique<WeightedKernel>(making, std::move(primitive), flops, op.bias, stored);
  });
  if (!status) return tl::unexpected(status.error());
  return kernel;
}

Result<KernelPointer> matrix_product_kernel(const MatrixProduct& op, const Making& making) {
  KernelPointer kernel;
  const auto status = guarded(making.title, [&] {
    const MemoryType type = *type_of(making.dtype);
    const auto pd =
        describe<dnnl::matmul>(making.onednn, shared_scratch(), plain({op.batch, op.m, op.k}, type),
                               plain({op.batch, op.k, op.n}, type), MemoryDesc(), plain({op.batch, op.m, op.n}, type));
    const std::vector<Primitive::Operand> operands{
        {DNNL_ARG_SRC, pd.src_desc()}, {DNNL_ARG_WEIGHTS, pd.weights_desc()}, {DNNL_ARG_DST, pd.dst_desc()}};
    kernel = std::make_unique<MatrixProductKernel>(
        making, Primitive(making.onednn, dnnl::matmul(pd), operands, pd.scratchpad_desc()));
  });
  if (!status) return tl::unexpected(status.error());
  return kernel;
}

}  // namespace diffjoule::replay
