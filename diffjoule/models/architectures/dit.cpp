// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// DiT: the first diffusion transformer, conditioned on a class. Peebles and Xie, "Scalable Diffusion Models with
// Transformers", 2023. diffusers DiTTransformer2DModel, in which every block keeps an embedder of its own.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct DitConfig {
  explicit DitConfig(Config& c)
      : patch(c.integer("patch_size", 2)),
        in_channels(c.integer("in_channels", 4)),
        out_channels(c.integer("out_channels", in_channels)),
        layers(c.integer("num_layers", 28)),
        heads(c.integer("num_attention_heads", 16)),
        classes(c.integer("num_embeds_ada_norm", 1000)),
        width(heads * c.integer("attention_head_dim", 72)) {}
  std::int64_t patch, in_channels, out_channels, layers, heads, classes, width;
};

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t mlp_ratio = 4;

// Timestep and class as one vector.
Tensor conditioning_vector(Builder& b, std::int64_t batch, const DitConfig& c) {
  auto scope = b.scope("norm1.emb");
  const Tensor sinusoids = timestep_sinusoids(b, batch, timestep_width);
  b.cast(Tensor{{batch}, DType::float64}, DType::float32);
  const Tensor time = embedding_mlp(b, "timestep_embedder", sinusoids, c.width);
  return b.add(time, b.embedding("class_embedder.embedding_table", {batch}, c.classes + 1, c.width));
}

Tensor block(Builder& b, Tensor x, const DitConfig& c) {
  const Tensor vector = conditioning_vector(b, x.shape[0], c);
  const Tensor all = b.linear("norm1.linear", b.silu(vector), 6 * c.width);
  const Tensor mod = b.view(b.narrow(all, -1, c.width), {x.shape[0], 1, c.width});
  const Tensor normed = modulate(b, b.layer_norm("", x), mod);
  x = b.add(b.mul(mod, attention_layer(b, "attn1", normed, normed, {.heads = c.heads, .width = c.width})), x);
  const Tensor y = modulate(b, b.layer_norm("", x), mod);
  return b.add(b.mul(mod, feed_forward(b, "ff", y, mlp_ratio * c.width)), x);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const DitConfig c(config);
  Builder b(call.dtype);
  Tensor x = patch_tokens(b, "pos_embed.proj", b.tensor({call.batch, c.in_channels, call.height, call.width}),
                          {c.patch, c.patch}, c.width);
  x = b.add(x, b.tensor({1, x.shape[1], c.width}));
  {
    auto blocks = b.repeat("transformer_blocks", c.layers);
    x = block(b, x, c);
  }
  Tensor vector;
  {
    auto first = b.scope("transformer_blocks");  // the first block's embedder serves the output too
    auto more = b.again(1);
    vector = conditioning_vector(b, call.batch, c);
  }
  const Tensor all = b.linear("proj_out_1", b.silu(vector), 2 * c.width);
  const Tensor mod = b.view(b.narrow(all, -1, c.width), {call.batch, 1, c.width});
  b.clone(b.linear("proj_out_2", modulate(b, b.layer_norm("", x), mod), c.patch * c.patch * c.out_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture dit() { return {"DiT", {"DiTTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch}; }

}  // namespace diffjoule::models
