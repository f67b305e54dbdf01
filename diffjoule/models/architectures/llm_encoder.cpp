// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// A decoder-only language model whose hidden states are the text: Qwen2.5-VL, Qwen3, Llama 3, Mistral, Gemma 2, GLM-4
// and ChatGLM3, as transformers runs them. All layers run, whichever layer the pipeline takes. A vision tower sees
// nothing here, and the output layer's words are thrown away: neither is counted.
#include <algorithm>
#include <array>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

// What sets one family apart from Llama.
struct Family {
  std::string_view model_type;
  bool qkv_bias = false;      // on the three projections in
  bool head_norms = false;    // RMS norms of queries and keys over each head
  bool four_norms = false;    // after attention and feed-forward as well as before
  bool gelu = false;          // gates with GELU
  bool output_layer = false;  // stored even in the class without a head
};

constexpr std::array<Family, 10> families{{{.model_type = "llama"},
                                           {.model_type = "mistral"},
                                           {.model_type = "mistral3"},
                                           {.model_type = "qwen2_5_vl", .qkv_bias = true},
                                           {.model_type = "qwen2_5_vl_text", .qkv_bias = true},
                                           {.model_type = "qwen3", .head_norms = true},
                                           {.model_type = "qwen3_vl_text", .head_norms = true},
                                           {.model_type = "gemma2", .four_norms = true, .gelu = true},
                                           {.model_type = "glm", .qkv_bias = true},
                                           {.model_type = "chatglm", .qkv_bias = true, .output_layer = true}}};

struct LanguageModelConfig {
  explicit LanguageModelConfig(Config& c)
      : width(c.integer("hidden_size", 4096)),
        inner(c.integer("intermediate_size", c.integer("ffn_hidden_size", 14336))),
        layers(c.integer("num_hidden_layers", c.integer("num_layers", 32))),
        heads(c.integer("num_attention_heads", 32)),
        kv_heads(c.integer("num_key_value_heads", c.integer("multi_query_group_num", heads))),
        vocabulary(c.integer("vocab_size", c.integer("padded_vocab_size", 152064))),
        head_width(c.integer("head_dim", c.integer("kv_channels", std::max<std::int64_t>(1, width / heads)))) {
    const std::string type = c.text("model_type", "llama");
    const auto* place =
        std::find_if(families.begin(), families.end(), [&type](const Family& f) { return f.model_type == type; });
    if (place == families.end()) {
      c.refuse("model_type", "\"" + type + "\"", "llama, mistral, qwen2_5_vl, qwen3, gemma2, glm or chatglm");
    } else {
      family = *place;
    }
    if (head_width % 2 != 0) c.refuse("head_dim", std::to_string(head_width), "an even width, for rotary pairs");
  }
  std::int64_t width, inner, layers, heads, kv_heads, vocabulary, head_width;
  Family family;
};

// x cos + (second half negated, first half) sin.
Tensor rotate_halves(Builder& b, const Tensor& x) {
  const Tensor half = b.narrow(x, -1, x.shape[-1] / 2);
  const Tensor turned = b.concatenate({b.elementwise(Elementwise::Kind::neg, half), half}, -1);
  return b.add(b.mul(x, b.tensor({1, x.shape[1], x.shape[2]})), b.mul(turned, b.tensor({1, x.shape[1], x.shape[2]})));
}

Tensor attention(Builder& b, const Tensor& x, const LanguageModelConfig& c) {
  auto scope = b.scope("self_attn");
  const Bias bias = c.family.qkv_bias ? Bias::yes : Bias::no;
  const auto projected = [&](std::string_view name, std::string_view norm, std::int64_t heads) {
    Tensor y = b.linear(name, x, heads * c.head_width, bias);
    if (c.family.head_norms)
      y = b.view(rms_norm(b, norm, b.view(y, {y.shape[0], y.shape[1], heads, c.head_width})), y.shape);
    return rotate_halves(b, y);
  };
  const Tensor q = projected("q_proj", "q_norm", c.heads), k = projected("k_proj", "k_norm", c.kv_heads);
  const Tensor v = b.linear("v_proj", x, c.kv_heads * c.head_width, bias);
  const Tensor mixed = b.clone(b.attention(q, k, v, c.heads, {.masked = true, .causal = true}, c.kv_heads));
  return b.linear("o_proj", mixed, c.width, Bias::no);
}

Tensor feed_forward(Builder& b, const Tensor& x, const LanguageModelConfig& c) {
  auto scope = b.scope("mlp");
  const Tensor in = b.linear("gate_proj", x, c.inner, Bias::no);
  const Tensor gate = c.family.gelu ? b.gelu(in) : b.silu(in);
  return b.linear("down_proj", b.mul(gate, b.linear("up_proj", x, c.inner, Bias::no)), c.width, Bias::no);
}

Tensor layer(Builder& b, Tensor x, const LanguageModelConfig& c) {
  Tensor y = attention(b, rms_norm(b, "input_layernorm", x), c);
  if (c.family.four_norms) {
    x = b.add(x, rms_norm(b, "post_attention_layernorm", y));
    y = feed_forward(b, rms_norm(b, "pre_feedforward_layernorm", x), c);
    return b.add(x, rms_norm(b, "post_feedforward_layernorm", y));
  }
  x = b.add(x, y);
  return b.add(x, feed_forward(b, rms_norm(b, "post_attention_layernorm", x), c));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  // Newer configs keep the language model's keys apart from the vision tower's.
  const io::Document* nested = document.find("text_config");
  Config config(nested != nullptr && nested->object() != nullptr ? *nested : document);
  const LanguageModelConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  if (c.family.output_layer) b.parameter("output_layer.weight", {c.vocabulary, c.width});
  auto model = b.scope("model");
  Tensor x = b.embedding("embed_tokens", {call.batch, call.text_tokens}, c.vocabulary, c.width);
  {
    auto blocks = b.repeat("layers", c.layers);
    x = layer(b, x, c);
  }
  x = rms_norm(b, "norm", x);
  return finished(b, config);
}

}  // namespace

Architecture llm_encoder() {
  return {
      "language model as text encoder",
      {"Qwen2_5_VLForConditionalGeneration", "Qwen3ForCausalLM", "Qwen3Model", "Qwen3VLModel", "LlamaModel",
       "LlamaForCausalLM", "MistralModel", "MistralForCausalLM", "Mistral3Model", "Mistral3ForConditionalGeneration",
       "Gemma2Model", "Gemma2ForCausalLM", "GlmModel", "GlmForCausalLM", "ChatGLMModel"},
      Architecture::Role::text_encoder,
      build,
      nullptr,
      nullptr};
}

}  // namespace diffjoule::models
