// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include "diffjoule/graph/shape.h"

// The whole vocabulary of a graph: the operators that PyTorch's eager execution launches, one struct each. A new member
// does not compile until flops/op_cost.cpp has its formula. Operators without arithmetic worth counting carry the
// elements they read and write, because those bytes take time and energy.
namespace diffjoule {

// y[rows, out] = x[rows, in] W^T (+ b)
struct Linear {
  std::int64_t rows, in, out;
  bool bias;
};

// Convolution over one to three dimensions, x = [batch, in, ...], w = [out, in / groups, ...], y = [batch, out, ...];
// depthwise where groups == in channels. Zero padding counts as work. `transposed` swaps the roles of x and y.
struct Convolution {
  Shape x, w, y;
  std::int64_t groups;
  bool bias, transposed;
};

// Scaled dot-product attention as one fused operator: softmax(q k^T) v. The full score matrix is computed, masked or
// not; grouped queries (kv_heads < heads) lower the bytes, not the arithmetic.
struct Attention {
  std::int64_t batch, heads, kv_heads, queries, keys, key_width, value_width;
  bool masked, causal;
};

// batch x (m x k)(k x n) of two activations: linear attention, or (`attention`) one of the two products of softmax
// attention written out in steps.
struct MatrixProduct {
  std::int64_t batch, m, k, n;
  bool attention;
};

// The recurrence of a state-space model (Gu and Dao, "Mamba", 2023) with its gate, as one fused operator: every channel
// of every token updates and reads a state of `state` numbers.
struct SelectiveScan {
  std::int64_t batch, length, channels, state;
};

// Layer or group normalisation as one fused operator; an RMS norm of diffusers is its parts (pow, mean, rsqrt, mul).
struct Normalization {
  enum class Kind { layer, group } kind;
  ElementCount elements;
  ElementCount parameters;  // of its scale and shift
};

struct Activation {
  enum class Kind { silu, gelu, relu, sigmoid, tanh, quick_gelu } kind;
  ElementCount elements;
};

// One or two operands, broadcast; one result.
struct Elementwise {
  enum class Kind {
    add,
    sub,
    mul,
    div,
    pow,
    neg,
    exp,
    sin,
    cos,
    rsqrt,
    reciprocal,
    clamp,
    clamp_min,
    where,
    bitwise_and,
    less_equal
  } kind;
  ElementCount reads;  // elements of all operands, each at its own size
  ElementCount elements;
};

struct Softmax {
  ElementCount elements;
};

struct Reduction {
  enum class Kind { mean, sum, vector_norm } kind;
  ElementCount reads, elements;
};

// Rows of a table.
struct Embedding {
  std::int64_t rows, width, vocabulary;
};

struct Resampling {
  enum class Kind { nearest, nearest_exact, bilinear, average_pool } kind;
  std::int64_t dimensions;
  ElementCount reads, elements;
};

// Bytes moved and nothing computed: a change of layout or of dtype, padding, a gather.
struct Copy {
  enum class Kind {
    layout,
    dtype,
    pad,
    gather,
    repeat,
    into,
    replicate,
    shuffle
  } kind;  // into: part of a tensor that is there
  ElementCount reads, elements;
};

struct Concatenation {
  enum class Kind { cat, stack } kind;
  ElementCount elements;
};

using Op = std::variant<Linear, Convolution, Attention, MatrixProduct, SelectiveScan, Normalization, Activation,
                        Elementwise, Softmax, Reduction, Embedding, Resampling, Copy, Concatenation>;

// The name of the operator in PyTorch's ATen library ("linear", "conv2d", "sdpa", "native_layer_norm", "add", ...).
[[nodiscard]] std::string_view aten_name(const Op& op);

// Taking an Op apart: std::visit(overloaded{[](const Linear&) {...}, ...}, op).
template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

}  // namespace diffjoule
