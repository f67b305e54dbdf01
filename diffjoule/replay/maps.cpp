// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/replay/maps.h"

#include <algorithm>

#include "diffjoule/replay/cpu.h"
#include "diffjoule/replay/moves.h"
#include "diffjoule/replay/row_norm.h"

namespace diffjoule::replay {
namespace {

constexpr std::int64_t row = 1024;  // elements, where the graph does not know
constexpr float largest = 16.0F;

std::int64_t whole(ElementCount n) { return static_cast<std::int64_t>(n.exact()); }

// Primitives over pieces of a tensor, one after the other: `places` gives each its part, in elements.
class MapKernel final : public Kernel {
 public:
  struct Piece {
    Primitive primitive;
    std::int64_t first, step, times;  // elements: of the first call, from call to call; how many
    bool second = false;
  };

  MapKernel(const Making& making, std::vector<Piece> pieces, ElementCount elements, ElementCount second)
      : Kernel(making.title),
        pieces_(std::move(pieces)),
        size_(bits(making.dtype) / 8),
        small_(whole(elements) < shared_elements) {
    needs_.reads = needs_.writes = ByteCount(elements.exact() * size_);
    needs_.second = ByteCount(second.exact() * size_);
    for (const Piece& piece : pieces_) needs_.scratch = std::max(needs_.scratch, piece.primitive.scratch_size());
  }

  FlopCount run(const Places& places) override {
    const Alone alone(small_);
    for (Piece& piece : pieces_) {
      for (std::int64_t i = 0; i < piece.times; ++i) {
        const std::size_t at = static_cast<std::size_t>(piece.first + i * piece.step) * size_;
        if (piece.second) {
          piece.primitive.run({{DNNL_ARG_SRC_0, places.reads + at},
                               {DNNL_ARG_SRC_1, places.second},
                               {DNNL_ARG_DST, places.writes + at}},
                              places.scratch);
        } else {
          piece.primitive.run({{DNNL_ARG_SRC, places.reads + at}, {DNNL_ARG_DST, places.writes + at}}, places.scratch);
        }
      }
    }
    return {};
  }

 private:
  std::vector<Piece> pieces_;
  std::size_t size_;
  bool small_;
};

class NormKernel final : public Kernel {
 public:
  NormKernel(const Making& making, ElementCount elements, std::int64_t width)
      : Kernel(making.title),
        dtype_(making.dtype),
        rows_{whole(elements) / width, width},
        rest_(whole(elements) % width) {
    needs_.reads = needs_.writes = ByteCount(elements.exact() * bits(dtype_) / 8);
  }
  FlopCount run(const Places& places) override {
    const std::size_t at = static_cast<std::size_t>(rows_.rows * rows_.width) * bits(dtype_) / 8;
    normalise_rows(places.reads, dtype_, rows_, places.writes);
    if (rest_ > 0) normalise_rows(places.reads + at, dtype_, {1, rest_}, places.writes + at);
    return {};
  }

 private:
  DType dtype_;
  Rows rows_;
  std::int64_t rest_;  // elements: a row of its own
};

template <class Description, class Kind>
Primitive in_to_out(const Making& making, const Description& pd, const Kind& kind) {
  return {making.onednn, kind, {{DNNL_ARG_SRC, pd.src_desc()}, {DNNL_ARG_DST, pd.dst_desc()}}, pd.scratchpad_desc()};
}

Primitive eltwise(const Making& making, dnnl::algorithm algorithm, std::int64_t elements, float alpha, float beta) {
  const auto pd = describe_eltwise(making.onednn, algorithm, plain({elements}, *type_of(making.dtype)), alpha, beta);
  return in_to_out(making, pd, dnnl::eltwise_forward(pd));
}

Primitive binary(const Making& making, dnnl::algorithm algorithm, std::int64_t elements, std::int64_t second) {
  const MemoryType type = *type_of(making.dtype);
  const MemoryDesc a = plain({elements}, type), b = plain({second}, type);
  dnnl::primitive_attr attributes = shared_scratch();
  then(attributes, dnnl::algorithm::eltwise_clip, -largest, largest);
  const auto pd = describe<dnnl::binary>(making.onednn, attributes, algorithm, a, b, a);
  return {making.onednn,
          dnnl::binary(pd),
          {{DNNL_ARG_SRC_0, a}, {DNNL_ARG_SRC_1, b}, {DNNL_ARG_DST, a}},
          pd.scratchpad_desc()};
}

struct Function {
  dnnl::algorithm algorithm;
  float alpha = 0.0F, beta = 0.0F;
};

Function function_of(Activation::Kind kind) {
  switch (kind) {
    case Activation::Kind::silu:
      return {dnnl::algorithm::eltwise_swish, 1.0F};
    case Activation::Kind::gelu:
      return {dnnl::algorithm::eltwise_gelu_erf};
    case Activation::Kind::relu:
      return {dnnl::algorithm::eltwise_relu};
    case Activation::Kind::sigmoid:
      return {dnnl::algorithm::eltwise_logistic};
    case Activation::Kind::tanh:
      return {dnnl::algorithm::eltwise_tanh};
    case Activation::Kind::quick_gelu:
      return {dnnl::algorithm::eltwise_swish, 1.702F};
  }
  return {};
}

// With one operand, or one and a number.
Function function_of(Elementwise::Kind kind) {
  using Kind = Elementwise::Kind;
  switch (kind) {
    case Kind::pow:
      return {dnnl::algorithm::eltwise_square};
    case Kind::exp:
      return {dnnl::algorithm::eltwise_exp};
    case Kind::sin:
    case Kind::cos:
      return {dnnl::algorithm::eltwise_tanh};
    case Kind::rsqrt:
    case Kind::reciprocal:
      return {dnnl::algorithm::eltwise_logistic};
    case Kind::clamp:
    case Kind::clamp_min:
      return {dnnl::algorithm::eltwise_clip, -largest, largest};
    case Kind::neg:
      return {dnnl::algorithm::eltwise_linear, -1.0F};
    case Kind::add:
    case Kind::sub:
    case Kind::mul:
    case Kind::div:
    case Kind::where:
    case Kind::bitwise_and:
    case Kind::less_equal:
      return {dnnl::algorithm::eltwise_linear, 1.0F, 0.03125F};
  }
  return {};
}

dnnl::algorithm of_two(Elementwise::Kind kind) {
  using Kind = Elementwise::Kind;
  switch (kind) {
    case Kind::sub:
      return dnnl::algorithm::binary_sub;
    case Kind::mul:
      return dnnl::algorithm::binary_mul;
    case Kind::div:
      return dnnl::algorithm::binary_div;
    case Kind::where:
      return dnnl::algorithm::binary_max;
    case Kind::bitwise_and:
      return dnnl::algorithm::binary_min;
    case Kind::less_equal:
      return dnnl::algorithm::binary_le;
    case Kind::add:
    case Kind::pow:
    case Kind::neg:
    case Kind::exp:
    case Kind::sin:
    case Kind::cos:
    case Kind::rsqrt:
    case Kind::reciprocal:
    case Kind::clamp:
    case Kind::clamp_min:
      return dnnl::algorithm::binary_add;
  }
  return dnnl::algorithm::binary_add;
}

Result<KernelPointer> mapped(const Making& making, ElementCount elements, const Function& f) {
  KernelPointer kernel;
  const auto status = guarded(making.title, [&] {
    std::vector<MapKernel::Piece> pieces;
    pieces.push_back({eltwise(making, f.algorithm, whole(elements), f.alpha, f.beta), 0, 0, 1});
    kernel = std::make_unique<MapKernel>(making, std::move(pieces), elements, ElementCount());
  });
  if (!status) return tl::unexpected(status.error());
  return kernel;
}

// Of rows of `width`, and what is left as a row of its own.
template <class Make>
Result<KernelPointer> by_rows(const Making& making, ElementCount elements, std::int64_t width, const Make& make) {
  KernelPointer kernel;
  const auto status = guarded(making.title, [&] {
    const MemoryType type = *type_of(making.dtype);
    const std::int64_t rows = whole(elements) / width, rest = whole(elements) % width;
    std::vector<MapKernel::Piece> pieces;
    if (rows > 0) pieces.push_back({make(plain({rows, width}, type)), 0, 0, 1});
    if (rest > 0) pieces.push_back({make(plain({1, rest}, type)), rows * width, 0, 1});
    kernel = std::make_unique<MapKernel>(making, std::move(pieces), elements, ElementCount());
  });
  if (!status) return tl::unexpected(status.error());
  return kernel;
}

}  // namespace

Result<KernelPointer> activation_kernel(const Activation& op, const Making& making) {
  return mapped(making, op.elements, function_of(op.kind));
}

Result<KernelPointer> elementwise_kernel(const Elementwise& op, const Making& making) {
  if (op.reads <= op.elements && op.reads.exact() * 2 > op.elements.exact())
    return mapped(making, op.elements, function_of(op.kind));
  if (op.reads <= op.elements) return move_kernel(op.reads, op.elements, making);  // both operands are broadcast
  constexpr std::int64_t most_calls = 64;  // a second operand smaller than that is in cache anyway
  const std::int64_t elements = whole(op.elements), second = std::min(elements, whole(op.reads - op.elements)),
                     times = elements / second;
  KernelPointer kernel;
  const auto status = guarded(making.title, [&] {
    std::vector<MapKernel::Piece> pieces;
    if (times > most_calls) {
      pieces.push_back({binary(making, of_two(op.kind), elements, 1), 0, 0, 1, true});
    } else {
      const std::int64_t rest = elements % second;
      pieces.push_back({binary(making, of_two(op.kind), second, second), 0, second, times, true});
      if (rest > 0) pieces.push_back({binary(making, of_two(op.kind), rest, rest), times * second, 0, 1, true});
    }
    kernel = std::make_unique<MapKernel>(making, std::move(pieces), op.elements,
                                         ElementCount(static_cast<WideInteger>(second)));
  });
  if (!status) return tl::unexpected(status.error());
  return kernel;
}

Result<KernelPointer> normalization_kernel(const Normalization& op, const Making& making) {
  constexpr std::int64_t groups = 32;
  if (making.dtype == DType::float16) return move_kernel(op.elements, op.elements, making);
  const std::int64_t of_layer = op.parameters.exact() > 0 ? std::max<std::int64_t>(1, whole(op.parameters) / 2) : row;
  const std::int64_t of_group = std::max<std::int64_t>(1, whole(op.elements) / groups);
  return std::make_unique<NormKernel>(making, op.elements, op.kind == Normalization::Kind::group ? of_group : of_layer);
}

Result<KernelPointer> softmax_kernel(const Softmax& op, const Making& making) {
  return by_rows(making, op.elements, row, [&making](const MemoryDesc& x) {
    const auto pd = describe_softmax(making.onednn, x, 1);
    return in_to_out(making, pd, dnnl::softmax_forward(pd));
  });
}

}  // namespace diffjoule::replay
