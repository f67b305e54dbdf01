// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {

Tensor timestep_sinusoids(Builder& b, std::int64_t batch, std::int64_t width) {
  const std::int64_t half = width / 2;
  Tensor frequencies = b.mul(b.tensor({half}));  // -ln(10000) * arange
  frequencies = b.elementwise(Elementwise::Kind::exp, b.div(frequencies));
  Tensor angles = b.mul(b.tensor({batch, 1}), b.view(frequencies, {1, half}));
  angles = b.mul(angles);  // the scale, one by default, is multiplied all the same
  const Tensor sine = b.elementwise(Elementwise::Kind::sin, angles);
  const Tensor cosine = b.elementwise(Elementwise::Kind::cos, angles);
  const Tensor both = b.concatenate({sine, cosine}, -1);
  return b.concatenate({b.narrow(both, -1, half), b.narrow(both, -1, half)}, -1);  // cosines first
}

Tensor embedding_mlp(Builder& b, std::string_view name, const Tensor& x, std::int64_t width) {
  auto scope = b.scope(name);
  return b.linear("linear_2", b.silu(b.linear("linear_1", x, width)), width);
}

Tensor rms_norm(Builder& b, std::string_view name, const Tensor& x) {
  auto scope = b.scope(name);
  Tensor variance = b.reduce(Reduction::Kind::mean, b.elementwise(Elementwise::Kind::pow, x));
  variance = b.elementwise(Elementwise::Kind::rsqrt, b.add(variance));
  const Tensor normed = b.mul(x, variance);
  if (name.empty()) return normed;
  b.parameter("weight", {x.shape[-1]});
  return b.mul(normed, {{x.shape[-1]}, x.dtype});
}

Tensor feed_forward(Builder& b, std::string_view name, const Tensor& x, std::int64_t inner) {
  auto scope = b.scope(name);
  return b.linear("net.2", b.gelu(b.linear("net.0.proj", x, inner)), x.shape[-1]);
}

Tensor feed_forward_geglu(Builder& b, std::string_view name, const Tensor& x, std::int64_t inner) {
  auto scope = b.scope(name);
  const Tensor both = b.linear("net.0.proj", x, 2 * inner);
  const Tensor gated = b.mul(b.narrow(both, -1, inner), b.gelu(b.narrow(both, -1, inner)));
  return b.linear("net.2", gated, x.shape[-1]);
}

Tensor modulate(Builder& b, const Tensor& x, const Tensor& scale_or_shift) {
  return b.add(b.mul(x, b.add(scale_or_shift)), scale_or_shift);
}

Tensor gated_residual(Builder& b, const Tensor& x, const Tensor& y, const Tensor& gate) {
  return b.add(x, b.mul(gate, y));
}

Tensor text_projection(Builder& b, std::string_view name, const Tensor& x, std::int64_t width) {
  auto scope = b.scope(name);
  return b.linear("linear_2", b.gelu(b.linear("linear_1", x, width)), width);
}

Tensor linear_of_view(Builder& b, std::string_view name, const Tensor& x, std::int64_t width, bool scattered) {
  const Tensor rows = scattered ? b.clone(x) : x;
  const Tensor y = b.linear(name, rows, width, Bias::no);
  auto scope = b.scope(name);
  b.parameter("bias", {width});
  return b.add(y, b.tensor({width}));
}

Tensor attention_layer(Builder& b, std::string_view name, const Tensor& x, const Tensor& context,
                       const AttentionLayer& layer) {
  auto scope = b.scope(name);
  const Tensor q = b.linear("to_q", x, layer.width, layer.bias), k = b.linear("to_k", context, layer.width, layer.bias),
               v = b.linear("to_v", context, layer.width, layer.bias);
  const Tensor mixed = b.clone(b.attention(q, k, v, layer.heads, {.masked = layer.masked}));
  const Tensor y = b.linear("to_out.0", mixed, x.shape[-1]);
  return layer.rescales ? b.div(y) : y;
}

Tensor table_modulation(Builder& b, std::string_view name, Shape table, const Tensor& time, std::int64_t width) {
  b.parameter(name, table);
  const auto parts = static_cast<std::int64_t>(table.elements().exact()) / width;
  const Tensor sum = b.add(b.tensor({1, parts, width}), b.view(time, {time.shape[0], time.shape[-1] / width, width}));
  return b.narrow(sum, 1, 1);
}

Tensor patch_tokens(Builder& b, std::string_view name, const Tensor& latents, Shape patch, std::int64_t width) {
  Shape none = patch;
  for (int i = 0; i < static_cast<int>(patch.rank()); ++i) none = none.with(i, 0);
  const Tensor y = b.convolution(name, latents, width, patch, patch, none);
  return b.view(y, {y.shape[0], static_cast<std::int64_t>(y.shape.elements().exact()) / (y.shape[0] * width), width});
}

Tensor feed_forward_silu(Builder& b, std::string_view name, const Tensor& x, std::int64_t inner) {
  auto scope = b.scope(name);
  return b.linear("net.2", b.silu(b.linear("net.0.proj", x, inner)), x.shape[-1]);
}

Tensor rotate(Builder& b, const Tensor& x) {
  const Tensor half = b.narrow(x, -1, x.shape[-1] / 2);
  const Tensor turned = b.view(b.stack(b.elementwise(Elementwise::Kind::neg, half), half), x.shape);
  return b.add(b.mul(x, x), b.mul(turned, x));
}

Tensor rotate_in_place(Builder& b, const Tensor& x) {
  const Tensor half = b.narrow(x, -1, x.shape[-1] / 2);
  for (const auto kind : {Elementwise::Kind::sub, Elementwise::Kind::add}) {
    const Tensor cosine = b.mul(half, half), sine = b.mul(half, half);
    b.copy(b.elementwise(kind, cosine, sine));
  }
  return x;
}

}  // namespace diffjoule::models
