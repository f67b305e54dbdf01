// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/clip_blocks.h"

namespace diffjoule::models {
namespace {

Tensor attention(Builder& b, const Tensor& x, const ClipLayer& c) {
  auto scope = b.scope("self_attn");
  const std::int64_t width = x.shape[-1];
  const Tensor q = b.linear("q_proj", x, width), k = b.linear("k_proj", x, width), v = b.linear("v_proj", x, width);
  return b.linear("out_proj", b.clone(b.attention(q, k, v, c.heads, {.masked = c.causal, .causal = c.causal})), width);
}

}  // namespace

Tensor clip_layer(Builder& b, Tensor x, const ClipLayer& c) {
  const std::int64_t width = x.shape[-1];
  x = b.add(x, attention(b, b.layer_norm("layer_norm1", x), c));
  const Tensor normed = b.layer_norm("layer_norm2", x);
  auto scope = b.scope("mlp");
  Tensor inner = b.linear("fc1", normed, c.inner);
  inner = c.quick_gelu ? b.mul(inner, b.activation(Activation::Kind::sigmoid, b.mul(inner))) : b.gelu(inner);
  return b.add(x, b.linear("fc2", inner, width));
}

}  // namespace diffjoule::models
