// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/sandwich_blocks.h"

#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

Tensor attention(Builder& b, const Tensor& x, const SandwichBlock& s) {
  auto scope = b.scope(s.attention);
  const std::int64_t head = s.width / s.heads;
  const auto normed = [&](const char* name, const char* norm, std::int64_t heads) {
    const Tensor y = b.linear(name, x, heads * head, Bias::no);
    const Tensor z = rms_norm(b, norm, b.view(y, {y.shape[0], y.shape[1], heads, head}));
    b.mul(Tensor{{y.shape[0], y.shape[1], heads, head / 2}, DType::float64});  // rotated as complex pairs
    return b.view(z, y.shape);
  };
  const Tensor q = normed("to_q", "norm_q", s.heads), k = normed("to_k", "norm_k", s.kv_heads);
  const Tensor v = b.linear("to_v", x, s.kv_heads * head, Bias::no);
  const Tensor mixed = b.clone(b.attention(q, k, v, s.heads, {.masked = true}, s.kv_heads));
  return b.linear("to_out.0", mixed, s.width, Bias::no);
}

Tensor feed_forward(Builder& b, const Tensor& x, const SandwichBlock& s) {
  auto scope = b.scope("feed_forward");
  const Tensor gate = b.silu(b.linear(s.gate, x, s.inner, Bias::no));
  return b.linear(s.down, b.mul(gate, b.linear(s.up, x, s.inner, Bias::no)), s.width, Bias::no);
}

}  // namespace

Tensor sandwich_block(Builder& b, const Tensor& x, const std::optional<Tensor>& vector, const SandwichBlock& s) {
  Tensor mod;
  if (vector) {
    constexpr std::int64_t parts = 4;  // scale and gate of attention and of the feed-forward
    const Tensor all = b.linear(s.modulation, b.silu(*vector), parts * s.width);
    mod = b.view(b.narrow(all, -1, s.width), {all.shape[0], 1, s.width});
  }
  const auto scaled = [&](const Tensor& y) { return vector ? b.mul(y, b.add(mod)) : y; };
  const auto gated = [&](const Tensor& y) { return vector ? b.mul(b.activation(Activation::Kind::tanh, mod), y) : y; };
  const Tensor attended = attention(b, scaled(rms_norm(b, s.norm_before, x)), s);
  const Tensor y = b.add(x, gated(rms_norm(b, s.norm_after, attended)));
  const Tensor inner = feed_forward(b, scaled(rms_norm(b, "ffn_norm1", y)), s);
  return b.add(y, gated(rms_norm(b, "ffn_norm2", inner)));
}

}  // namespace diffjoule::models
