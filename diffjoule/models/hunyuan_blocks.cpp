// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/hunyuan_blocks.h"

#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t mlp_ratio = 4;

Tensor refiner_block(Builder& b, Tensor x, const Tensor& vector, const Heads& heads) {
  const std::int64_t width = heads.width();
  const Tensor normed = b.layer_norm("norm1", x);
  const Tensor attended = attention_layer(b, "attn", normed, normed,
                                          {.heads = heads.count, .width = width, .masked = true, .rescales = false});
  const Tensor gate = modulation(b, "norm_out", vector, 2, width);
  x = gated_residual(b, x, attended, gate);
  return gated_residual(b, x, feed_forward_silu(b, "ff", b.layer_norm("norm2", x), mlp_ratio * width), gate);
}

}  // namespace

void rope_table_by_axis(Builder& b, std::int64_t tokens, const std::vector<std::int64_t>& axes,
                        std::int64_t head_width) {
  const Tensor grid = b.tensor({static_cast<std::int64_t>(axes.size()), tokens});
  b.stack(b.narrow(grid, 0, 1), b.narrow(grid, 0, 1));
  for (const std::int64_t axis : axes) {
    Tensor frequencies = b.div(b.div(b.tensor({axis / 2})));
    frequencies =
        b.mul(b.elementwise(Elementwise::Kind::reciprocal, b.elementwise(Elementwise::Kind::pow, frequencies)));
    const Tensor angles = b.mul(b.tensor({tokens, 1}), b.view(frequencies, {1, axis / 2}));
    for (const auto kind : {Elementwise::Kind::cos, Elementwise::Kind::sin}) {
      b.elementwise(kind, angles);
      b.clone(b.tensor({tokens, axis}));
    }
  }
  for (int table = 0; table < 2; ++table) b.concatenate({b.tensor({tokens, head_width})}, 1);
}

Tensor refined_text(Builder& b, std::string_view name, const Tensor& text, std::int64_t blocks, const Heads& heads) {
  auto scope = b.scope(name);
  const std::int64_t width = heads.width(), batch = text.shape[0];
  const Tensor pooled = b.view(b.reduce(Reduction::Kind::sum, b.mul(text), 1), {batch, text.shape[-1]});
  Tensor vector;
  {
    auto embed = b.scope("time_text_embed");
    vector = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, timestep_width), width);
    vector = b.add(vector, embedding_mlp(b, "text_embedder", b.div(pooled), width));
  }
  Tensor x = b.linear("proj_in", text, width);
  auto refiner = b.scope("token_refiner");
  auto list = b.repeat("refiner_blocks", blocks);
  return refiner_block(b, x, vector, heads);
}

void joint_mask(Builder& b, std::int64_t batch, std::int64_t tokens) {
  b.elementwise(Elementwise::Kind::where, b.tensor({batch, tokens}));
}

Streams hunyuan_double_block(Builder& b, const Streams& x, const Tensor& vector, const Heads& heads) {
  const std::int64_t width = heads.width();
  const Tensor image_mod = modulation(b, "norm1", vector, 6, width),
               text_mod = modulation(b, "norm1_context", vector, 6, width);
  const Tensor image_in = modulate(b, b.layer_norm("", x.image), image_mod),
               text_in = modulate(b, b.layer_norm("", x.text), text_mod);
  Streams attended;
  {
    auto scope = b.scope("attn");
    const Tensor q = rotate_pairs(b, normed_projection(b, "to_q", "norm_q", image_in, heads), heads);
    const Tensor k = rotate_pairs(b, normed_projection(b, "to_k", "norm_k", image_in, heads), heads);
    const Tensor v = b.linear("to_v", image_in, width);
    const Tensor text_q = normed_projection(b, "add_q_proj", "norm_added_q", text_in, heads);
    const Tensor text_k = normed_projection(b, "add_k_proj", "norm_added_k", text_in, heads);
    const Tensor text_v = b.linear("add_v_proj", text_in, width);
    const Tensor mixed = b.clone(b.attention(b.concatenate({q, text_q}, 1), b.concatenate({k, text_k}, 1),
                                             b.concatenate({v, text_v}, 1), heads.count, {.masked = heads.masked}));
    attended.image = b.linear("to_out.0", b.narrow(mixed, 1, image_in.shape[1]), width);
    attended.text = b.linear("to_add_out", b.narrow(mixed, 1, text_in.shape[1]), width);
  }
  const Streams y{gated_residual(b, x.image, attended.image, image_mod),
                  gated_residual(b, x.text, attended.text, text_mod)};
  const Tensor image = feed_forward(b, "ff", modulate(b, b.layer_norm("", y.image), image_mod), mlp_ratio * width);
  const Tensor text = feed_forward(b, "ff_context", modulate(b, b.layer_norm("", y.text), text_mod), mlp_ratio * width);
  return {gated_residual(b, y.image, image, image_mod), gated_residual(b, y.text, text, text_mod)};
}

Streams hunyuan_single_block(Builder& b, const Streams& x, const Tensor& vector, const Heads& heads) {
  const std::int64_t width = heads.width(), tokens = x.image.shape[1];
  const Tensor joined = b.concatenate({x.image, x.text}, 1);
  const Tensor mod = modulation(b, "norm", vector, 3, width);
  const Tensor normed = modulate(b, b.layer_norm("", joined), mod);
  const Tensor inner = b.gelu(b.linear("proj_mlp", normed, mlp_ratio * width));
  Tensor attended;
  {
    auto scope = b.scope("attn");
    b.concatenate({b.narrow(normed, 1, tokens), b.narrow(normed, 1, x.text.shape[1])}, 1);  // parted and joined again
    const Tensor q = normed_projection(b, "to_q", "norm_q", normed, heads),
                 k = normed_projection(b, "to_k", "norm_k", normed, heads), v = b.linear("to_v", normed, width);
    const auto rotated = [&](const Tensor& y) {
      return b.concatenate({rotate_pairs(b, b.narrow(y, 1, tokens), heads), b.narrow(y, 1, x.text.shape[1])}, 1);
    };
    const Tensor queries = rotated(q), keys = rotated(k);
    const Tensor mixed = b.clone(b.attention(queries, keys, v, heads.count, {.masked = heads.masked}));
    attended = b.concatenate({b.narrow(mixed, 1, tokens), b.narrow(mixed, 1, x.text.shape[1])}, 1);
  }
  const Tensor y = gated_residual(b, joined, b.linear("proj_out", b.concatenate({attended, inner}, 2), width), mod);
  return {b.narrow(y, 1, tokens), b.narrow(y, 1, x.text.shape[1])};
}

}  // namespace diffjoule::models
