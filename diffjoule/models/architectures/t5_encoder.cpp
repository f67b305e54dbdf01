// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The encoder half of T5 version 1.1: no biases, gated feed-forward, positions as a bias on the scores. Raffel et al.,
// "Exploring the Limits of Transfer Learning", 2020. transformers T5EncoderModel, whose attention is written out in
// steps.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct T5Config {
  explicit T5Config(Config& c)
      : width(c.integer("d_model", 512)),
        inner(c.integer("d_ff", 2048)),
        head_width(c.integer("d_kv", 64)),
        heads(c.integer("num_heads", 8)),
        layers(c.integer("num_layers", 6)),
        vocabulary(c.integer("vocab_size", 32128)),
        buckets(c.integer("relative_attention_num_buckets", 32)),
        own_positions(c.text("model_type", "t5") == "umt5"),
        activation(c.text("dense_act_fn", "relu")) {
    const std::string kind = c.text("feed_forward_proj", c.flag("is_gated_act", false) ? "gated-gelu" : "relu");
    gated = kind.starts_with("gated-");
    if (kind == "gated-gelu" && c.is_null("dense_act_fn")) activation = "gelu_new";
  }
  std::int64_t width, inner, head_width, heads, layers, vocabulary, buckets;
  bool own_positions;  // UMT5: a table of relative positions in every layer
  std::string activation;
  bool gated = false;
};

// The tanh form of GELU: fused, or step by step as transformers' "gelu_new" does it.
Tensor activate(Builder& b, const Tensor& x, const T5Config& c) {
  if (c.activation == "relu") return b.activation(Activation::Kind::relu, x);
  if (c.activation != "gelu_new") return b.gelu(x);
  const Tensor cubic = b.mul(b.elementwise(Elementwise::Kind::pow, x));
  const Tensor bent = b.activation(Activation::Kind::tanh, b.mul(b.add(x, cubic)));
  return b.mul(b.mul(x), b.add(bent));
}

// Buckets of relative positions looked up.
Tensor position_bias(Builder& b, std::int64_t tokens, const T5Config& c) {
  b.embedding("relative_attention_bias", {tokens, tokens}, c.buckets, c.heads);
  return b.tensor({1, c.heads, tokens, tokens});
}

Tensor attention(Builder& b, const Tensor& x, const Tensor& bias, const T5Config& c) {
  auto scope = b.scope("SelfAttention");
  const std::int64_t batch = x.shape[0], tokens = x.shape[1], inner = c.heads * c.head_width;
  const auto heads = [&](std::string_view name) {
    return b.view(b.linear(name, x, inner, Bias::no), {batch, c.heads, tokens, c.head_width});
  };
  const Tensor q = heads("q"), k = heads("k"), v = heads("v");
  if (c.own_positions) (void)position_bias(b, tokens, c);
  const Tensor scores = b.add(b.attention_product(q, b.view(k, {batch, c.heads, c.head_width, tokens})), bias);
  const Tensor mixed = b.clone(b.attention_product(b.softmax(scores), v));
  return b.linear("o", b.view(mixed, {batch, tokens, inner}), c.width, Bias::no);
}

Tensor feed_forward(Builder& b, const Tensor& x, const T5Config& c) {
  auto scope = b.scope("DenseReluDense");
  if (!c.gated) return b.linear("wo", activate(b, b.linear("wi", x, c.inner, Bias::no), c), c.width, Bias::no);
  const Tensor gate = activate(b, b.linear("wi_0", x, c.inner, Bias::no), c);
  return b.linear("wo", b.mul(gate, b.linear("wi_1", x, c.inner, Bias::no)), c.width, Bias::no);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const T5Config c(config);
  Builder b(call.dtype);
  Tensor x = b.embedding("shared", {call.batch, call.text_tokens}, c.vocabulary, c.width);
  auto encoder = b.scope("encoder");
  const Tensor bias = b.tensor({1, c.heads, call.text_tokens, call.text_tokens});
  if (!c.own_positions) {  // once, for all layers
    auto first = b.scope("block.0.layer.0.SelfAttention");
    (void)position_bias(b, call.text_tokens, c);
  }
  {
    auto blocks = b.repeat("block", c.layers);
    {
      auto scope = b.scope("layer.0");
      x = b.add(x, attention(b, rms_norm(b, "layer_norm", x), bias, c));
    }
    auto scope = b.scope("layer.1");
    x = b.add(x, feed_forward(b, rms_norm(b, "layer_norm", x), c));
  }
  x = rms_norm(b, "final_layer_norm", x);
  return finished(b, config);
}

}  // namespace

Architecture t5_encoder() {
  return {"T5 encoder",
          {"T5EncoderModel", "UMT5EncoderModel", "MT5EncoderModel"},
          Architecture::Role::text_encoder,
          build,
          nullptr,
          nullptr};
}

}  // namespace diffjoule::models
