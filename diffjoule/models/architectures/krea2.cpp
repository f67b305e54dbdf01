// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Krea 2: text fused from many layers of a language model, then one stream of gated-attention blocks under one
// modulation. Krea, 2026. diffusers Krea2Transformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct KreaConfig {
  explicit KreaConfig(Config& c)
      : in_channels(c.integer("in_channels", 64)),
        layers(c.integer("num_layers", 28)),
        heads(c.integer("num_attention_heads", 48)),
        kv_heads(c.integer("num_key_value_heads", 12)),
        inner(c.integer("intermediate_size", 16384)),
        sinusoid_width(c.integer("timestep_embed_dim", 256)),
        text_width(c.integer("text_hidden_dim", 2560)),
        text_layers(c.integer("num_text_layers", 12)),
        text_heads(c.integer("text_num_attention_heads", 20)),
        text_kv_heads(c.integer("text_num_key_value_heads", 20)),
        text_inner(c.integer("text_intermediate_size", 6912)),
        layerwise_blocks(c.integer("num_layerwise_text_blocks", 2)),
        refiner_blocks(c.integer("num_refiner_text_blocks", 2)),
        width(heads * c.integer("attention_head_dim", 128)) {
    if (text_width % text_heads != 0)
      c.refuse("text_hidden_dim", std::to_string(text_width),
               "a width that " + std::to_string(text_heads) + " heads share");
  }
  std::int64_t in_channels, layers, heads, kv_heads, inner, sinusoid_width, text_width, text_layers, text_heads,
      text_kv_heads, text_inner, layerwise_blocks, refiner_blocks, width;
};

constexpr std::int64_t packing = 2;  // latent rows and columns in a token

struct HeadCount {
  std::int64_t queries, keys;
  bool rotates;
};

Tensor gated_attention(Builder& b, const Tensor& x, HeadCount heads) {
  auto scope = b.scope("attn");
  const std::int64_t width = x.shape[-1], head = width / heads.queries;
  const auto normed = [&](std::string_view name, std::string_view norm, std::int64_t count) {
    const Tensor y = b.linear(name, x, count * head, Bias::no);
    const Tensor z = b.view(rms_norm(b, norm, b.view(y, {y.shape[0], y.shape[1], count, head})), y.shape);
    return heads.rotates ? rotate(b, z) : z;
  };
  const Tensor q = normed("to_q", "norm_q", heads.queries), k = normed("to_k", "norm_k", heads.keys);
  const Tensor v = b.linear("to_v", x, heads.keys * head, Bias::no);
  const Tensor gate = b.activation(Activation::Kind::sigmoid, b.linear("to_gate", x, width, Bias::no));
  const Tensor mixed = b.clone(b.attention(q, k, v, heads.queries, {.masked = true}, heads.keys));
  return b.linear("to_out.0", b.mul(mixed, gate), width, Bias::no);
}

Tensor gated_feed_forward(Builder& b, const Tensor& x, std::int64_t inner) {
  auto scope = b.scope("ff");
  const Tensor gate = b.silu(b.linear("gate", x, inner, Bias::no));
  return b.linear("down", b.mul(gate, b.linear("up", x, inner, Bias::no)), x.shape[-1], Bias::no);
}

Tensor fusion_block(Builder& b, const Tensor& x, const KreaConfig& c) {
  const Tensor y = b.add(x, gated_attention(b, rms_norm(b, "norm1", x), {c.text_heads, c.text_kv_heads, false}));
  return b.add(y, gated_feed_forward(b, rms_norm(b, "norm2", y), c.text_inner));
}

// Across the layers of the language model for each token, then across the tokens.
Tensor fused_text(Builder& b, const Call& call, const KreaConfig& c) {
  auto scope = b.scope("text_fusion");
  Tensor x = b.tensor({call.batch * call.text_tokens, c.text_layers, c.text_width});
  {
    auto blocks = b.repeat("layerwise_blocks", c.layerwise_blocks);
    x = fusion_block(b, x, c);
  }
  x = b.linear("projector", b.clone(b.view(x, {call.batch, call.text_tokens, c.text_width, c.text_layers})), 1,
               Bias::no);
  x = b.view(x, {call.batch, call.text_tokens, c.text_width});
  auto blocks = b.repeat("refiner_blocks", c.refiner_blocks);
  return fusion_block(b, x, c);
}

Tensor block(Builder& b, const Tensor& x, const Tensor& time, const KreaConfig& c) {
  const Tensor mod = table_modulation(b, "scale_shift_table", {6, c.width}, time, c.width);
  const Tensor attended = gated_attention(b, modulate(b, rms_norm(b, "norm1", x), mod), {c.heads, c.kv_heads, true});
  const Tensor y = gated_residual(b, x, attended, mod);
  return gated_residual(b, y, gated_feed_forward(b, modulate(b, rms_norm(b, "norm2", y), mod), c.inner), mod);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const KreaConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t tokens = (call.height / packing) * (call.width / packing);
  Tensor vector;
  {
    const Tensor sinusoids = timestep_sinusoids(b, call.batch, c.sinusoid_width);
    auto scope = b.scope("time_embed");
    vector = b.linear("linear_2", b.gelu(b.linear("linear_1", sinusoids, c.width)), c.width);
  }
  const Tensor time = b.linear("time_mod_proj", b.gelu(vector), 6 * c.width);
  Tensor text = fused_text(b, call, c);
  {
    auto scope = b.scope("txt_in");
    text = b.linear("linear_2", b.gelu(b.linear("linear_1", rms_norm(b, "norm", text), c.width)), c.width);
  }
  Tensor x = b.concatenate({text, b.linear("img_in", b.tensor({call.batch, tokens, c.in_channels}), c.width)}, 1);
  {
    auto blocks = b.repeat("transformer_blocks", c.layers);
    x = block(b, x, time, c);
  }
  auto scope = b.scope("final_layer");
  const Tensor mod = table_modulation(b, "scale_shift_table", {2, c.width}, vector, c.width);
  b.linear("linear", modulate(b, rms_norm(b, "norm", b.narrow(x, 1, tokens)), mod), c.in_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document&) { return packing; }

}  // namespace

Architecture krea2() {
  return {"Krea 2", {"Krea2Transformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
