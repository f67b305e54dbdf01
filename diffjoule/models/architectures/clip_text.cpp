// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The text towers of CLIP and OpenCLIP. Radford et al., "Learning Transferable Visual Models From Natural Language
// Supervision", 2021. transformers CLIPTextModel, CLIPTextModelWithProjection.
#include "diffjoule/models/architecture.h"

namespace diffjoule::models {
namespace {

struct ClipTextConfig {
  explicit ClipTextConfig(Config& c)
      : width(c.integer("hidden_size", 512)),
        inner(c.integer("intermediate_size", 2048)),
        layers(c.integer("num_hidden_layers", 12)),
        heads(c.integer("num_attention_heads", 8)),
        vocabulary(c.integer("vocab_size", 49408)),
        positions(c.integer("max_position_embeddings", 77)),
        projection(c.integer("projection_dim", 512)),
        quick_gelu(c.text("hidden_act", "quick_gelu") == "quick_gelu") {
    for (const std::string& name : c.texts("architectures", {}))
      projected = projected || name == "CLIPTextModelWithProjection";
  }
  std::int64_t width, inner, layers, heads, vocabulary, positions, projection;
  bool quick_gelu;
  bool projected = false;  // the pooled token goes through one more layer
};

// x sigmoid(1.702 x), in its parts.
Tensor activation(Builder& b, const Tensor& x, const ClipTextConfig& c) {
  if (!c.quick_gelu) return b.gelu(x);
  return b.mul(x, b.activation(Activation::Kind::sigmoid, b.mul(x)));
}

Tensor attention(Builder& b, const Tensor& x, const ClipTextConfig& c) {
  auto scope = b.scope("self_attn");
  const Tensor q = b.linear("q_proj", x, c.width), k = b.linear("k_proj", x, c.width),
               v = b.linear("v_proj", x, c.width);
  return b.linear("out_proj", b.clone(b.attention(q, k, v, c.heads, {.masked = true, .causal = true})), c.width);
}

Tensor layer(Builder& b, Tensor x, const ClipTextConfig& c) {
  x = b.add(x, attention(b, b.layer_norm("layer_norm1", x), c));
  const Tensor normed = b.layer_norm("layer_norm2", x);
  auto scope = b.scope("mlp");
  return b.add(x, b.linear("fc2", activation(b, b.linear("fc1", normed, c.inner), c), c.width));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const ClipTextConfig c(config);
  if (call.text_tokens > c.positions)
    config.refuse("max_position_embeddings", std::to_string(c.positions),
                  "at least the " + std::to_string(call.text_tokens) + " tokens asked for");
  Builder b(call.dtype);
  Tensor x;
  {
    auto model = b.scope("text_model");
    {
      auto scope = b.scope("embeddings");
      const Tensor tokens = b.embedding("token_embedding", {call.batch, call.text_tokens}, c.vocabulary, c.width);
      x = b.add(tokens, b.embedding("position_embedding", {1, call.text_tokens}, c.positions, c.width));
    }
    {
      auto scope = b.scope("encoder");
      auto blocks = b.repeat("layers", c.layers);
      x = layer(b, x, c);
    }
    x = b.layer_norm("final_layer_norm", x);
  }
  if (c.projected) b.linear("text_projection", b.tensor({call.batch, c.width}), c.projection, Bias::no);
  return finished(b, config);
}

}  // namespace

Architecture clip_text() {
  return {"CLIP text encoder",
          {"CLIPTextModel", "CLIPTextModelWithProjection"},
          Architecture::Role::text_encoder,
          build,
          nullptr,
          nullptr};
}

}  // namespace diffjoule::models
