// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The diffusion prior that makes a CLIP image embedding of a text: Ramesh et al., "Hierarchical Text-Conditional Image
// Generation with CLIP Latents", 2022; Kandinsky 2.2 uses it. diffusers PriorTransformer.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct PriorConfig {
  explicit PriorConfig(Config& c)
      : heads(c.integer("num_attention_heads", 32)),
        head_width(c.integer("attention_head_dim", 64)),
        layers(c.integer("num_layers", 20, 0)),
        embedding(c.integer("embedding_dim", 768)),
        text_tokens(c.integer("num_embeddings", 77)),
        more_tokens(c.integer("additional_embeddings", 4)) {
    for (const char* key :
         {"norm_in_type", "embedding_proj_norm_type", "time_embed_dim", "embedding_proj_dim", "clip_embed_dim"}) {
      if (!c.is_null(key)) c.unsupported(key, "a value");
    }
    if (c.text("encoder_hid_proj_type", "linear") != "linear") c.unsupported("encoder_hid_proj_type", "another way in");
    if (c.text("added_emb_type", "prd") != "prd") c.unsupported("added_emb_type", "another token");
  }
  [[nodiscard]] std::int64_t width() const { return heads * head_width; }
  std::int64_t heads, head_width, layers, embedding, text_tokens, more_tokens;
};

Tensor block(Builder& b, Tensor x, const PriorConfig& c) {
  const Tensor normed = b.layer_norm("norm1", x);
  x = b.add(attention_layer(b, "attn1", normed, normed, {.heads = c.heads, .width = c.width()}), x);
  constexpr std::int64_t mlp_ratio = 4;
  return b.add(feed_forward(b, "ff", b.layer_norm("norm3", x), mlp_ratio * c.width()), x);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const PriorConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t width = c.width(), n = call.batch;
  b.parameter("positional_embedding", {1, c.text_tokens + c.more_tokens, width});
  b.parameter("prd_embedding", {1, 1, width});
  b.parameter("clip_mean", {1, c.embedding});
  b.parameter("clip_std", {1, c.embedding});
  const auto token = [&](const Tensor& x) { return b.view(x, {n, 1, width}); };
  const Tensor time = embedding_mlp(b, "time_embedding", timestep_sinusoids(b, n, width), width);
  const Tensor pooled = b.linear("embedding_proj", b.tensor({n, c.embedding}), width);
  const Tensor text = b.linear("encoder_hidden_states_proj", b.tensor({n, c.text_tokens, c.embedding}), width);
  const Tensor noisy = b.linear("proj_in", b.tensor({n, c.embedding}), width);
  Tensor x = b.concatenate({text, token(pooled), token(time), token(noisy), b.tensor({n, 1, width})}, 1);
  x = b.add(x, b.tensor({1, x.shape[1], width}));
  {
    auto blocks = b.repeat("transformer_blocks", c.layers);
    x = block(b, x, c);
  }
  x = b.layer_norm("norm_out", x);
  b.linear("proj_to_clip_embeddings", b.view(b.narrow(x, 1, 1), {n, width}), c.embedding);
  return finished(b, config);
}

}  // namespace

Architecture prior_transformer() {
  return {"diffusion prior", {"PriorTransformer"}, Architecture::Role::denoiser, build, nullptr, nullptr};
}

}  // namespace diffjoule::models
