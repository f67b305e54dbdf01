// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// A decoder-only language model whose hidden states are the text: Qwen2.5-VL, for Qwen-Image. "Qwen2.5-VL Technical
// Report", 2025. transformers Qwen2_5_VLForConditionalGeneration. All layers run. The vision tower sees nothing here
// and the output layer's words are thrown away: neither is counted.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct LanguageModelConfig {
  explicit LanguageModelConfig(Config& c)
      : width(c.integer("hidden_size", 8192)),
        inner(c.integer("intermediate_size", 29568)),
        layers(c.integer("num_hidden_layers", 80)),
        heads(c.integer("num_attention_heads", 64)),
        kv_heads(c.integer("num_key_value_heads", heads)),
        vocabulary(c.integer("vocab_size", 152064)),
        head_width(c.integer("head_dim", width / heads)) {
    if (head_width % 2 != 0)
      c.refuse("hidden_size", std::to_string(width), "an even width for each of " + std::to_string(heads) + " heads");
  }
  std::int64_t width, inner, layers, heads, kv_heads, vocabulary, head_width;
};

// x cos + (second half negated, first half) sin.
Tensor rotate(Builder& b, const Tensor& x) {
  const Tensor half = b.narrow(x, -1, x.shape[-1] / 2);
  const Tensor turned = b.concatenate({b.elementwise(Elementwise::Kind::neg, half), half}, -1);
  return b.add(b.mul(x, b.tensor({1, x.shape[1], x.shape[2]})), b.mul(turned, b.tensor({1, x.shape[1], x.shape[2]})));
}

Tensor attention(Builder& b, const Tensor& x, const LanguageModelConfig& c) {
  auto scope = b.scope("self_attn");
  const Tensor q = rotate(b, b.linear("q_proj", x, c.heads * c.head_width));
  const Tensor k = rotate(b, b.linear("k_proj", x, c.kv_heads * c.head_width));
  const Tensor v = b.linear("v_proj", x, c.kv_heads * c.head_width);
  const Tensor mixed = b.clone(b.attention(q, k, v, c.heads, {.masked = true, .causal = true}, c.kv_heads));
  return b.linear("o_proj", mixed, c.width, Bias::no);
}

Tensor feed_forward(Builder& b, const Tensor& x, const LanguageModelConfig& c) {
  auto scope = b.scope("mlp");
  const Tensor gate = b.silu(b.linear("gate_proj", x, c.inner, Bias::no));
  return b.linear("down_proj", b.mul(gate, b.linear("up_proj", x, c.inner, Bias::no)), c.width, Bias::no);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  // Newer configs keep the language model's keys apart from the vision tower's.
  const io::Document* nested = document.find("text_config");
  Config config(nested != nullptr && nested->object() != nullptr ? *nested : document);
  const LanguageModelConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  auto model = b.scope("model");
  Tensor x = b.embedding("embed_tokens", {call.batch, call.text_tokens}, c.vocabulary, c.width);
  {
    auto blocks = b.repeat("layers", c.layers);
    x = b.add(x, attention(b, rms_norm(b, "input_layernorm", x), c));
    x = b.add(x, feed_forward(b, rms_norm(b, "post_attention_layernorm", x), c));
  }
  x = rms_norm(b, "norm", x);
  return finished(b, config);
}

}  // namespace

Architecture llm_encoder() {
  return {"language model as text encoder",
          {"Qwen2_5_VLForConditionalGeneration"},
          Architecture::Role::text_encoder,
          build,
          nullptr,
          nullptr};
}

}  // namespace diffjoule::models
