// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// BERT, the Chinese CLIP text tower of HunyuanDiT. Devlin et al., "BERT", 2018. transformers BertModel.
#include "diffjoule/models/architecture.h"

namespace diffjoule::models {
namespace {

struct BertConfig {
  explicit BertConfig(Config& c)
      : width(c.integer("hidden_size", 768)),
        inner(c.integer("intermediate_size", 3072)),
        layers(c.integer("num_hidden_layers", 12)),
        heads(c.integer("num_attention_heads", 12)),
        vocabulary(c.integer("vocab_size", 30522)),
        positions(c.integer("max_position_embeddings", 512)),
        types(c.integer("type_vocab_size", 2)) {}
  std::int64_t width, inner, layers, heads, vocabulary, positions, types;
};

Tensor embeddings(Builder& b, const Call& call, const BertConfig& c) {
  auto scope = b.scope("embeddings");
  const Tensor words = b.embedding("word_embeddings", {call.batch, call.text_tokens}, c.vocabulary, c.width);
  Tensor x = b.add(words, b.embedding("token_type_embeddings", {call.batch, call.text_tokens}, c.types, c.width));
  x = b.add(x, b.embedding("position_embeddings", {1, call.text_tokens}, c.positions, c.width));
  return b.layer_norm("LayerNorm", x);
}

Tensor layer(Builder& b, Tensor x, const BertConfig& c) {
  {
    auto scope = b.scope("attention");
    Tensor mixed;
    {
      auto self = b.scope("self");
      const Tensor q = b.linear("query", x, c.width), k = b.linear("key", x, c.width),
                   v = b.linear("value", x, c.width);
      mixed = b.clone(b.attention(q, k, v, c.heads, {.masked = true}));
    }
    auto output = b.scope("output");
    x = b.layer_norm("LayerNorm", b.add(b.linear("dense", mixed, c.width), x));
  }
  const Tensor inner = b.gelu(b.linear("intermediate.dense", x, c.inner));
  auto output = b.scope("output");
  return b.layer_norm("LayerNorm", b.add(b.linear("dense", inner, c.width), x));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const BertConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  Tensor x = embeddings(b, call, c);
  {
    auto blocks = b.repeat("encoder.layer", c.layers);
    x = layer(b, x, c);
  }
  b.activation(Activation::Kind::tanh,
               b.linear("pooler.dense", b.view(b.narrow(x, 1, 1), {call.batch, c.width}), c.width));
  return finished(b, config);
}

}  // namespace

Architecture bert() { return {"BERT", {"BertModel"}, Architecture::Role::text_encoder, build, nullptr, nullptr}; }

}  // namespace diffjoule::models
