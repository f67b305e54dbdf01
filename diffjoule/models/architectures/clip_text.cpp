// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The text towers of CLIP and OpenCLIP. Radford et al., "Learning Transferable Visual Models From Natural Language
// Supervision", 2021. transformers CLIPTextModel, CLIPTextModelWithProjection.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/clip_blocks.h"

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
      x = clip_layer(b, x, {c.heads, c.inner, c.quick_gelu, true});
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
