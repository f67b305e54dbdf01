// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/graph.h"

// Writes a Graph the way a network's forward() reads: operators as verbs on tensors, modules as scopes.
//
//   Builder b(DType::bfloat16);
//   Tensor x = b.tensor({1, 77, 768});
//   auto block = b.repeat("blocks", 12);          // blocks.0 ... blocks.11, stored once
//   x = b.add(x, b.linear("proj", b.layer_norm("norm", x), 768));
//
// Verbs that own parameters take the module's name first and record them under the current path. Reshapes, transposes
// and slices are free in eager execution and are written as `view`. The first mistake (shapes that do not fit, a size
// that is not positive) is kept, everything after it is harmless, and finish() returns it.
namespace diffjoule {

struct Tensor {
  Shape shape;
  DType dtype = DType::float32;
};

enum class Bias { no, yes };

struct ConvolutionOptions {
  std::int64_t kernel = 3;
  std::int64_t stride = 1;
  std::int64_t padding = 1;
  std::int64_t groups = 1;
  Bias bias = Bias::yes;
};

struct AttentionOptions {
  bool masked = false;
  bool causal = false;
};

class Builder {
 public:
  // All tensors have this dtype unless cast.
  explicit Builder(DType dtype) : dtype_(dtype), scopes_(1), inside_(1) {}

  // A module path that lasts as long as the returned guard.
  class [[nodiscard]] Scope {
   public:
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { builder_.current_ = outer_; }

   private:
    friend class Builder;
    Scope(Builder& builder, ScopeId outer) : builder_(builder), outer_(outer) {}
    Builder& builder_;
    ScopeId outer_;
  };
  Scope scope(std::string_view name) { return enter(name, 0, 0); }
  // Equal blocks name.first .. name.(first + count - 1): written once, counted `count` times. Zero blocks are allowed:
  // what is written inside then counts nothing.
  // With a stride, every STRIDE-th member of the list: one of several kinds of blocks that take turns.
  Scope repeat(std::string_view name, std::int64_t count, std::int64_t first = 0, std::int64_t stride = 1);

  // As long as the returned guard lasts, operators are not part of this call and only their parameters are recorded:
  // the encoder of an autoencoder that decodes.
  class [[nodiscard]] ParametersOnly {
   public:
    explicit ParametersOnly(Builder& builder) : builder_(builder), outer_(builder.parameters_only_) {
      builder_.parameters_only_ = true;
    }
    ParametersOnly(const ParametersOnly&) = delete;
    ParametersOnly& operator=(const ParametersOnly&) = delete;
    ~ParametersOnly() { builder_.parameters_only_ = outer_; }

   private:
    Builder& builder_;
    bool outer_;
  };
  ParametersOnly parameters_only() { return ParametersOnly(*this); }

  // As long as the returned guard lasts, operators count `calls` times and no parameters are recorded: a module that
  // is called again on equal chunks, whose parameters another call records.
  class [[nodiscard]] Again {
   public:
    Again(Builder& builder, std::int64_t calls)
        : builder_(builder), scope_(builder.enter("", 0, calls)), outer_(builder.operators_only_) {
      builder.operators_only_ = true;
    }
    Again(const Again&) = delete;
    Again& operator=(const Again&) = delete;
    ~Again() { builder_.operators_only_ = outer_; }

   private:
    Builder& builder_;
    Scope scope_;
    bool outer_;
  };
  Again again(std::int64_t calls);

  // ---- tensors without work
  [[nodiscard]] Tensor tensor(Shape shape) const { return {shape, dtype_}; }
  // The same elements seen with another shape (reshape, transpose of a contiguous result, ...).
  Tensor view(const Tensor& x, Shape shape);
  // Part of a tensor along one axis (slice, chunk): free.
  Tensor narrow(const Tensor& x, int axis, std::int64_t extent);
  // A tensor of the checkpoint that no verb below owns.
  void parameter(std::string_view name, Shape shape) { own(name, shape, true); }
  void buffer(std::string_view name, Shape shape) { own(name, shape, false); }

  // ---- operators with parameters, recorded as NAME.weight and NAME.bias
  Tensor linear(std::string_view name, const Tensor& x, std::int64_t out, Bias bias = Bias::yes);
  // Rank 3, 4 or 5: over length, height x width, frames x height x width; kernel, stride and padding equal in each.
  Tensor convolution(std::string_view name, const Tensor& x, std::int64_t out, const ConvolutionOptions& options = {});
  // The general form: weight [out, in / groups, kernel...], with stride and padding by dimension.
  Tensor convolution(std::string_view name, const Tensor& x, std::int64_t out, Shape kernel, Shape stride,
                     Shape padding, std::int64_t groups = 1, Bias bias = Bias::yes);
  Tensor transposed_convolution(std::string_view name, const Tensor& x, std::int64_t out, Shape kernel, Shape stride,
                                Shape padding, Bias bias = Bias::yes);
  // Normalises the innermost extent. An empty name has no parameters.
  Tensor layer_norm(std::string_view name, const Tensor& x, Bias bias = Bias::yes);
  // Over groups of axis 1. An empty name has no parameters.
  Tensor group_norm(std::string_view name, const Tensor& x);
  // [...] of indices -> [..., width]
  Tensor embedding(std::string_view name, Shape indices, std::int64_t vocabulary, std::int64_t width);

  // ---- operators on activations
  // q [batch, queries, heads * width], k and v [batch, keys, kv_heads * width] -> [batch, queries, heads * width].
  Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, std::int64_t heads,
                   const AttentionOptions& options = {}, std::optional<std::int64_t> kv_heads = std::nullopt);
  // a [..., m, k], b [..., k, n] -> [..., m, n]
  Tensor matrix_product(const Tensor& a, const Tensor& b) { return multiply(a, b, false); }
  // The same as one half of softmax attention written out: scores = q k^T, result = softmax(scores) v.
  Tensor attention_product(const Tensor& a, const Tensor& b) { return multiply(a, b, true); }
  // The recurrence over x [batch, length, channels] with a state of `state` numbers a channel.
  Tensor selective_scan(const Tensor& x, std::int64_t state);
  Tensor activation(Activation::Kind kind, const Tensor& x);
  Tensor silu(const Tensor& x) { return activation(Activation::Kind::silu, x); }
  Tensor gelu(const Tensor& x) { return activation(Activation::Kind::gelu, x); }
  Tensor softmax(const Tensor& x);
  // One operand, or one and a number.
  Tensor elementwise(Elementwise::Kind kind, const Tensor& x);
  // Two operands, broadcast as NumPy does.
  Tensor elementwise(Elementwise::Kind kind, const Tensor& a, const Tensor& b);
  Tensor add(const Tensor& a, const Tensor& b) { return elementwise(Elementwise::Kind::add, a, b); }
  Tensor add(const Tensor& a) { return elementwise(Elementwise::Kind::add, a); }
  Tensor mul(const Tensor& a, const Tensor& b) { return elementwise(Elementwise::Kind::mul, a, b); }
  Tensor mul(const Tensor& a) { return elementwise(Elementwise::Kind::mul, a); }
  Tensor div(const Tensor& a) { return elementwise(Elementwise::Kind::div, a); }
  // Over one axis, which keeps extent 1.
  Tensor reduce(Reduction::Kind kind, const Tensor& x, int axis = -1);
  // Copies into another layout: what PyTorch's contiguous() or a reshape after a transpose does.
  Tensor clone(const Tensor& x);
  // Copies of the same rows up to x's shape: PyTorch's repeat().
  Tensor repeat_rows(const Tensor& x);
  // Writes x into part of a tensor that is there already.
  Tensor copy(const Tensor& x);
  // Nothing happens if it has that dtype already.
  Tensor cast(const Tensor& x, DType dtype);
  // Zero padding to a larger shape.
  Tensor pad(const Tensor& x, Shape padded);
  // The same with copies of the edge.
  Tensor replicate(const Tensor& x, Shape padded);
  // Channels to space or back: PyTorch's pixel_shuffle().
  Tensor shuffle(const Tensor& x, Shape shape);
  Tensor gather(const Tensor& x, Shape shape);
  Tensor concatenate(std::initializer_list<Tensor> parts, int axis);
  // Stacks equal tensors along a new last axis.
  Tensor stack(const Tensor& a, const Tensor& b);
  // Resizes the trailing spatial extents by an integer factor, or to those of another shape.
  Tensor upsample(const Tensor& x, std::int64_t factor, Resampling::Kind kind = Resampling::Kind::nearest);
  Tensor upsample_to(const Tensor& x, const Shape& other, Resampling::Kind kind = Resampling::Kind::nearest);

  // Records a mistake of the caller's making (a config that cannot be built) unless one is kept already.
  void refuse(std::string message);
  [[nodiscard]] Result<Graph> finish();

 private:
  friend class Scope;
  Scope enter(std::string_view name, std::int64_t first, std::int64_t count, std::int64_t stride = 1);
  void own(std::string_view name, Shape shape, bool learnable);
  void own_in(std::string_view module, std::string_view name, Shape shape);
  Tensor multiply(const Tensor& a, const Tensor& b, bool attention);
  Tensor append(const Op& op, Shape shape, DType dtype);
  bool require(bool holds, std::string_view verb, const Shape& shape, std::string_view wanted);

  DType dtype_;
  std::vector<ScopeStep> scopes_;
  std::vector<Node> nodes_;
  std::vector<Parameter> parameters_;
  // Threads through the two lists, so that a scope's members are found without a search of all: of each scope the last
  // scope within it, the sibling before it and its last parameter (counted from 1; 0: none).
  struct Inside {
    ScopeId last_scope = 0, scope_before = 0;
    std::size_t last_parameter = 0;
  };
  std::vector<Inside> inside_;
  std::vector<std::size_t> parameter_before_;
  ScopeId current_ = 0;
  bool parameters_only_ = false, operators_only_ = false;
  std::optional<Error> first_error_;
};

}  // namespace diffjoule
