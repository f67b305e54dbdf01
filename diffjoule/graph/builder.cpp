// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/graph/builder.h"

#include <algorithm>
#include <utility>

namespace diffjoule {
namespace {

// Equal extents in `dimensions` directions.
Shape cube(std::int64_t extent, std::size_t dimensions) {
  Shape shape;
  for (std::size_t i = 0; i < dimensions; ++i) shape.append(extent);
  return shape;
}

std::int64_t leading(const Shape& shape) {
  std::int64_t rows = 1;
  for (std::size_t i = 0; i + 1 < shape.rank(); ++i) rows *= shape[static_cast<int>(i)];
  return rows;
}

std::optional<Shape> broadcast(const Shape& a, const Shape& b) {
  const Shape& longer = a.rank() >= b.rank() ? a : b;
  const Shape& shorter = a.rank() >= b.rank() ? b : a;
  Shape result = longer;
  for (int back = 1; back <= static_cast<int>(shorter.rank()); ++back) {
    const std::int64_t x = longer[-back], y = shorter[-back];
    if (x != y && x != 1 && y != 1) return std::nullopt;
    result = result.with(-back, x == 1 ? y : x);
  }
  return result;
}

Shape weight_shape(std::int64_t first, std::int64_t second, const Shape& kernel) {
  Shape weight{first, second};
  for (const std::int64_t extent : kernel) weight.append(extent);
  return weight;
}

}  // namespace

Builder::Scope Builder::enter(std::string_view name, std::int64_t first, std::int64_t count, std::int64_t stride) {
  const ScopeId outer = current_;
  for (ScopeId i = inside_[outer].last_scope; i != 0; i = inside_[i].scope_before) {
    const ScopeStep& step = scopes_[i];
    if (step.count == count && step.first == first && step.stride == stride && step.name == name) {
      current_ = i;
      return {*this, outer};
    }
  }
  scopes_.push_back({outer, std::string(name), first, count, stride});
  current_ = static_cast<ScopeId>(scopes_.size() - 1);
  inside_.push_back({.scope_before = std::exchange(inside_[outer].last_scope, current_)});
  return {*this, outer};
}

Builder::Scope Builder::repeat(std::string_view name, std::int64_t count, std::int64_t first, std::int64_t stride) {
  require(count > 0, "repeat", {}, "at least one block; leave out the call for none");
  return enter(name, first, std::max<std::int64_t>(1, count), std::max<std::int64_t>(1, stride));
}

Builder::Again Builder::again(std::int64_t calls) {
  require(calls > 0, "again", {}, "at least one call; leave out the block for none");
  return {*this, std::max<std::int64_t>(1, calls)};
}

void Builder::own(std::string_view name, Shape shape, bool learnable) {
  if (operators_only_) return;
  for (std::size_t i = inside_[current_].last_parameter; i != 0; i = parameter_before_[i - 1]) {
    const Parameter& p = parameters_[i - 1];
    if (p.name == name && p.shape == shape) return;
  }
  parameters_.push_back({std::string(name), shape, current_, learnable});
  parameter_before_.push_back(std::exchange(inside_[current_].last_parameter, parameters_.size()));
}

void Builder::own_in(std::string_view module, std::string_view name, Shape shape) {
  auto inside = scope(module);
  own(name, shape, true);
}

Tensor Builder::append(const Op& op, Shape shape, DType dtype) {
  if (!parameters_only_) nodes_.push_back({op, dtype, current_, WeightFormat::as_arithmetic});
  return {shape, dtype};
}

void Builder::refuse(std::string message) {
  if (!first_error_) first_error_ = Error(ErrorCode::invalid_data, std::move(message));
}

bool Builder::require(bool holds, std::string_view verb, const Shape& shape, std::string_view wanted) {
  if (!holds) {
    const std::string path = Graph(scopes_, {}, {}).path(current_);
    refuse("building " + (path.empty() ? std::string("the graph") : path) + ": " + std::string(verb) + " of " +
           to_text(shape) + " wants " + std::string(wanted));
  }
  return holds;
}

Tensor Builder::view(const Tensor& x, Shape shape) {
  require(shape.elements() == x.shape.elements(), "view", x.shape, "as many elements, not " + to_text(shape));
  return {shape, x.dtype};
}

Tensor Builder::narrow(const Tensor& x, int axis, std::int64_t extent) {
  const auto rank = static_cast<int>(x.shape.rank());
  if (!require(axis < rank && axis >= -rank && extent >= 0, "narrow", x.shape, "an axis that it has")) return x;
  if (!require(extent <= x.shape[axis], "narrow", x.shape, "at most its own extent, not " + std::to_string(extent)))
    return x;
  return {x.shape.with(axis, extent), x.dtype};
}

Tensor Builder::linear(std::string_view name, const Tensor& x, std::int64_t out, Bias bias) {
  if (!require(x.shape.rank() >= 1 && x.shape[-1] > 0 && out > 0, "linear", x.shape, "positive widths")) return x;
  auto inside = scope(name);
  own("weight", {out, x.shape[-1]}, true);
  if (bias == Bias::yes) own("bias", {out}, true);
  return append(Linear{leading(x.shape), x.shape[-1], out, bias == Bias::yes}, x.shape.with(-1, out), x.dtype);
}

Tensor Builder::convolution(std::string_view name, const Tensor& x, std::int64_t out, const ConvolutionOptions& o) {
  if (!require(x.shape.rank() >= 3, "convolution", x.shape, "batch, channels and at least one spatial extent"))
    return x;
  const std::size_t n = x.shape.rank() - 2;
  if (!require(o.kernel > 0 && o.stride > 0 && o.padding >= 0, "convolution", x.shape, "a positive kernel and stride"))
    return x;
  return convolution(name, x, out, cube(o.kernel, n), cube(o.stride, n), cube(o.padding, n), o.groups, o.bias);
}

Tensor Builder::convolution(std::string_view name, const Tensor& x, std::int64_t out, Shape kernel, Shape stride,
                            Shape padding, std::int64_t groups, Bias bias) {
  const std::size_t n = kernel.rank();
  if (!require(n >= 1 && x.shape.rank() == n + 2 && stride.rank() == n && padding.rank() == n, "convolution", x.shape,
               "kernel, stride and padding for each spatial extent"))
    return x;
  if (!require(out > 0 && groups > 0 && x.shape[1] % groups == 0 && out % groups == 0, "convolution", x.shape,
               "channels divisible by the groups"))
    return x;
  Shape y{x.shape[0], out};
  for (int i = 0; i < static_cast<int>(n); ++i) {
    const std::int64_t padded = x.shape[i + 2] + 2 * padding[i];
    if (!require(padded >= kernel[i] && stride[i] > 0, "convolution", x.shape,
                 "extents at least as large as the kernel"))
      return x;
    y.append((padded - kernel[i]) / stride[i] + 1);
  }
  auto inside = scope(name);
  const Shape weight = weight_shape(out, x.shape[1] / groups, kernel);
  own("weight", weight, true);
  if (bias == Bias::yes) own("bias", {out}, true);
  return append(Convolution{x.shape, weight, y, groups, bias == Bias::yes, false}, y, x.dtype);
}

Tensor Builder::transposed_convolution(std::string_view name, const Tensor& x, std::int64_t out, Shape kernel,
                                       Shape stride, Shape padding, Bias bias) {
  const std::size_t n = kernel.rank();
  if (!require(n >= 1 && out > 0 && x.shape.rank() == n + 2 && stride.rank() == n && padding.rank() == n,
               "transposed convolution", x.shape, "kernel, stride and padding for each spatial extent"))
    return x;
  Shape y{x.shape[0], out};
  for (int i = 0; i < static_cast<int>(n); ++i) {
    const std::int64_t extent = (x.shape[i + 2] - 1) * stride[i] - 2 * padding[i] + kernel[i];
    if (!require(extent > 0, "transposed convolution", x.shape, "a positive result")) return x;
    y.append(extent);
  }
  auto inside = scope(name);
  const Shape weight = weight_shape(x.shape[1], out, kernel);
  own("weight", weight, true);
  if (bias == Bias::yes) own("bias", {out}, true);
  return append(Convolution{x.shape, weight, y, 1, bias == Bias::yes, true}, y, x.dtype);
}

Tensor Builder::layer_norm(std::string_view name, const Tensor& x, Bias bias) {
  if (!require(x.shape.rank() >= 1, "layer norm", x.shape, "an innermost extent")) return x;
  ElementCount parameters;
  auto inside = scope(name);
  if (!name.empty()) {
    own("weight", {x.shape[-1]}, true);
    if (bias == Bias::yes) own("bias", {x.shape[-1]}, true);
    parameters = ElementCount(static_cast<WideInteger>(x.shape[-1]) * (bias == Bias::yes ? 2 : 1));
  }
  return append(Normalization{Normalization::Kind::layer, x.shape.elements(), parameters}, x.shape, x.dtype);
}

Tensor Builder::group_norm(std::string_view name, const Tensor& x) {
  if (!require(x.shape.rank() >= 2, "group norm", x.shape, "batch and channels")) return x;
  auto inside = scope(name);
  ElementCount parameters;
  if (!name.empty()) {
    own("weight", {x.shape[1]}, true);
    own("bias", {x.shape[1]}, true);
    parameters = ElementCount(2 * static_cast<WideInteger>(x.shape[1]));
  }
  return append(Normalization{Normalization::Kind::group, x.shape.elements(), parameters}, x.shape, x.dtype);
}

Tensor Builder::embedding(std::string_view name, Shape indices, std::int64_t vocabulary, std::int64_t width) {
  auto inside = scope(name);
  own("weight", {vocabulary, width}, true);
  const auto rows = static_cast<std::int64_t>(indices.elements().exact());
  indices.append(width);
  return append(Embedding{rows, width, vocabulary}, indices, dtype_);
}

Tensor Builder::attention(const Tensor& q, const Tensor& k, const Tensor& v, std::int64_t heads,
                          const AttentionOptions& options, std::optional<std::int64_t> kv_heads) {
  const std::int64_t shared = kv_heads.value_or(heads);
  const bool ranks = q.shape.rank() == 3 && k.shape.rank() == 3 && v.shape.rank() == 3;
  if (!require(ranks && heads > 0 && shared > 0, "attention", q.shape, "[batch, tokens, width] for q, k and v"))
    return q;
  const bool fits = q.shape[0] == k.shape[0] && k.shape[1] == v.shape[1] && q.shape[2] % heads == 0 &&
                    k.shape[2] % shared == 0 && v.shape[2] % shared == 0 && q.shape[2] / heads == k.shape[2] / shared &&
                    heads % shared == 0;
  if (!require(fits, "attention", q.shape,
               "keys " + to_text(k.shape) + " and values " + to_text(v.shape) + " that fit " + std::to_string(heads) +
                   " heads"))
    return q;
  const std::int64_t value_width = v.shape[2] / shared;
  return append(Attention{q.shape[0], heads, shared, q.shape[1], k.shape[1], q.shape[2] / heads, value_width,
                          options.masked, options.causal},
                {q.shape[0], q.shape[1], heads * value_width}, q.dtype);
}

Tensor Builder::multiply(const Tensor& a, const Tensor& b, bool attention) {
  const bool ranks = a.shape.rank() >= 2 && b.shape.rank() == a.shape.rank();
  if (!require(ranks && a.shape[-1] == b.shape[-2], "matrix product", a.shape,
               "a second operand that fits, not " + to_text(b.shape)))
    return a;
  std::int64_t batch = 1;
  for (int i = 0; i + 2 < static_cast<int>(a.shape.rank()); ++i) batch *= a.shape[i];
  return append(MatrixProduct{batch, a.shape[-2], a.shape[-1], b.shape[-1], attention}, a.shape.with(-1, b.shape[-1]),
                a.dtype);
}

Tensor Builder::selective_scan(const Tensor& x, std::int64_t state) {
  if (!require(x.shape.rank() == 3 && state >= 1, "selective scan", x.shape, "batch, length and channels")) return x;
  return append(SelectiveScan{x.shape[0], x.shape[1], x.shape[2], state}, x.shape, x.dtype);
}

Tensor Builder::activation(Activation::Kind kind, const Tensor& x) {
  return append(Activation{kind, x.shape.elements()}, x.shape, x.dtype);
}
Tensor Builder::softmax(const Tensor& x) { return append(Softmax{x.shape.elements()}, x.shape, x.dtype); }

Tensor Builder::elementwise(Elementwise::Kind kind, const Tensor& x) {
  return append(Elementwise{kind, x.shape.elements(), x.shape.elements()}, x.shape, x.dtype);
}

Tensor Builder::elementwise(Elementwise::Kind kind, const Tensor& a, const Tensor& b) {
  const std::optional<Shape> shape = broadcast(a.shape, b.shape);
  if (!require(shape.has_value(), "an elementwise operator", a.shape,
               "a second operand that broadcasts, not " + to_text(b.shape)))
    return a;
  const DType dtype = bits(a.dtype) >= bits(b.dtype) ? a.dtype : b.dtype;
  return append(Elementwise{kind, a.shape.elements() + b.shape.elements(), shape->elements()}, *shape, dtype);
}

Tensor Builder::reduce(Reduction::Kind kind, const Tensor& x, int axis) {
  const auto rank = static_cast<int>(x.shape.rank());
  if (!require(axis < rank && axis >= -rank, "reduce", x.shape, "an axis that it has")) return x;
  const Shape reduced = x.shape.with(axis, 1);
  return append(Reduction{kind, x.shape.elements(), reduced.elements()}, reduced, x.dtype);
}

Tensor Builder::clone(const Tensor& x) {
  return append(Copy{Copy::Kind::layout, x.shape.elements(), x.shape.elements()}, x.shape, x.dtype);
}

Tensor Builder::repeat_rows(const Tensor& x) {
  return append(Copy{Copy::Kind::repeat, x.shape.elements(), x.shape.elements()}, x.shape, x.dtype);
}

Tensor Builder::replicate(const Tensor& x, Shape padded) {
  return append(Copy{Copy::Kind::replicate, x.shape.elements(), padded.elements()}, padded, x.dtype);
}

Tensor Builder::shuffle(const Tensor& x, Shape shape) {
  require(shape.elements() == x.shape.elements(), "shuffle", x.shape, "as many elements, not " + to_text(shape));
  return append(Copy{Copy::Kind::shuffle, x.shape.elements(), shape.elements()}, shape, x.dtype);
}

Tensor Builder::copy(const Tensor& x) {
  return append(Copy{Copy::Kind::into, x.shape.elements(), x.shape.elements()}, x.shape, x.dtype);
}

Tensor Builder::cast(const Tensor& x, DType dtype) {
  if (x.dtype == dtype) return x;
  return append(Copy{Copy::Kind::dtype, x.shape.elements(), x.shape.elements()}, x.shape, dtype);
}

Tensor Builder::pad(const Tensor& x, Shape padded) {
  return append(Copy{Copy::Kind::pad, x.shape.elements(), padded.elements()}, padded, x.dtype);
}

Tensor Builder::gather(const Tensor& x, Shape shape) {
  return append(Copy{Copy::Kind::gather, shape.elements(), shape.elements()}, shape, x.dtype);
}

Tensor Builder::concatenate(std::initializer_list<Tensor> parts, int axis) {
  if (!require(parts.size() > 0, "concatenate", {}, "at least one tensor")) return {};
  const Tensor& first = *parts.begin();
  const auto rank = static_cast<int>(first.shape.rank());
  if (!require(axis < rank && axis >= -rank, "concatenate", first.shape, "an axis that it has")) return first;
  std::int64_t extent = 0;
  for (const Tensor& part : parts) {
    const bool same_rank = part.shape.rank() == first.shape.rank();
    if (!require(same_rank && part.shape.with(axis, 0) == first.shape.with(axis, 0), "concatenate", first.shape,
                 "equal extents in the other axes, not " + to_text(part.shape)))
      return first;
    extent += part.shape[axis];
  }
  const Shape shape = first.shape.with(axis, extent);
  return append(Concatenation{Concatenation::Kind::cat, shape.elements()}, shape, first.dtype);
}

Tensor Builder::stack(const Tensor& a, const Tensor& b) {
  if (!require(a.shape == b.shape && a.shape.rank() < Shape::most, "stack", a.shape, "an equal tensor")) return a;
  Shape shape = a.shape;
  shape.append(2);
  return append(Concatenation{Concatenation::Kind::stack, shape.elements()}, shape, a.dtype);
}

Tensor Builder::upsample(const Tensor& x, std::int64_t factor, Resampling::Kind kind) {
  if (!require(x.shape.rank() >= 3 && factor > 0, "upsample", x.shape, "spatial extents")) return x;
  Shape shape = x.shape;
  for (int i = 2; i < static_cast<int>(shape.rank()); ++i) shape = shape.with(i, factor * shape[i]);
  return upsample_to(x, shape, kind);
}

Tensor Builder::upsample_to(const Tensor& x, const Shape& other, Resampling::Kind kind) {
  if (!require(x.shape.rank() >= 3 && x.shape.rank() == other.rank(), "upsample", x.shape,
               "as many extents as " + to_text(other)))
    return x;
  Shape shape = x.shape;
  for (int i = 2; i < static_cast<int>(shape.rank()); ++i) shape = shape.with(i, other[i]);
  return append(Resampling{kind, static_cast<std::int64_t>(x.shape.rank()) - 2, x.shape.elements(), shape.elements()},
                shape, x.dtype);
}

Result<Graph> Builder::finish() {
  if (first_error_) return tl::unexpected<Error>(*first_error_);
  return Graph(std::move(scopes_), std::move(nodes_), std::move(parameters_));
}

}  // namespace diffjoule
