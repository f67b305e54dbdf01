// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// OmniGen: a language model (Phi-3) that takes prompt, timestep and noisy patches as one sequence. Xiao et al.,
// "OmniGen", 2024. diffusers OmniGenTransformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct OmniGenConfig {
  explicit OmniGenConfig(Config& c)
      : in_channels(c.integer("in_channels", 4)),
        patch(c.integer("patch_size", 2)),
        width(c.integer("hidden_size", 3072)),
        heads(c.integer("num_attention_heads", 32)),
        kv_heads(c.integer("num_key_value_heads", 32)),
        inner(c.integer("intermediate_size", 8192)),
        layers(c.integer("num_layers", 32)),
        vocabulary(c.integer("vocab_size", 32064)),
        positions(c.integer("pos_embed_max_size", 192)),
        sinusoid_width(c.integer("time_step_dim", 256)) {
    if (width % heads != 0 || width / heads % 2 != 0)
      c.refuse("hidden_size", std::to_string(width), "an even width for each of " + std::to_string(heads) + " heads");
  }
  [[nodiscard]] std::int64_t head_width() const { return width / heads; }
  std::int64_t in_channels, patch, width, heads, kv_heads, inner, layers, vocabulary, positions, sinusoid_width;
};

// x cos + (second half negated, first half) sin.
Tensor rotate_halves(Builder& b, const Tensor& x) {
  const Tensor half = b.narrow(x, -1, x.shape[-1] / 2);
  const Tensor turned = b.concatenate({b.elementwise(Elementwise::Kind::neg, half), half}, -1);
  return b.add(b.mul(x, x), b.mul(turned, x));
}

Tensor layer(Builder& b, Tensor x, const OmniGenConfig& c) {
  Tensor y = rms_norm(b, "input_layernorm", x);
  {
    auto scope = b.scope("self_attn");
    const std::int64_t kv_width = c.kv_heads * c.head_width();
    const Tensor q = b.linear("to_q", y, c.width, Bias::no), k = b.linear("to_k", y, kv_width, Bias::no),
                 v = b.linear("to_v", y, kv_width, Bias::no);
    const Tensor mixed =
        b.attention(rotate_halves(b, q), rotate_halves(b, k), v, c.heads, {.masked = true}, c.kv_heads);
    y = b.linear("to_out.0", b.clone(mixed), c.width, Bias::no);
  }
  x = b.add(x, y);
  y = rms_norm(b, "post_attention_layernorm", x);
  auto scope = b.scope("mlp");
  const Tensor half = b.narrow(b.linear("gate_up_proj", y, 2 * c.inner, Bias::no), -1, c.inner);
  return b.add(x, b.linear("down_proj", b.mul(half, b.silu(half)), c.width, Bias::no));
}

// Angles of all positions, as a product of outer vectors.
void rope_table(Builder& b, std::int64_t tokens, const OmniGenConfig& c) {
  const std::int64_t half = c.head_width() / 2;
  auto scope = b.scope("rope");
  b.matrix_product(b.tensor({1, half, 1}), b.tensor({1, 1, tokens}));
  const Tensor table = b.concatenate({b.tensor({1, tokens, half}), b.tensor({1, tokens, half})}, -1);
  for (const auto kind : {Elementwise::Kind::cos, Elementwise::Kind::sin}) b.mul(b.elementwise(kind, table));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const OmniGenConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  Tensor image;
  {
    auto scope = b.scope("patch_embedding");
    const Tensor latents = b.tensor({call.batch, c.in_channels, call.height, call.width});
    image = patch_tokens(b, "output_image_proj", latents, {c.patch, c.patch}, c.width);
    b.buffer("pos_embed", {1, c.positions * c.positions, c.width});
    image = b.add(image, b.clone(b.tensor({1, image.shape[1], c.width})));
    auto other = b.parameters_only();  // of images in the prompt
    (void)patch_tokens(b, "input_image_proj", latents, {c.patch, c.patch}, c.width);
  }
  const Tensor sinusoids = timestep_sinusoids(b, call.batch, c.sinusoid_width);
  const Tensor time = b.view(embedding_mlp(b, "time_token", sinusoids, c.width), {call.batch, 1, c.width});
  const Tensor vector = embedding_mlp(b, "t_embedder", sinusoids, c.width);
  const Tensor prompt = b.embedding("embed_tokens", {call.batch, call.text_tokens}, c.vocabulary, c.width);
  Tensor x = b.concatenate({prompt, time, image}, 1);
  const std::int64_t tokens = x.shape[1];
  rope_table(b, tokens, c);
  b.elementwise(Elementwise::Kind::sub, b.tensor({call.batch, tokens, tokens}));  // the mask, turned into a penalty
  b.mul(b.tensor({call.batch, tokens, tokens}));
  {
    auto layers = b.repeat("layers", c.layers);
    x = layer(b, x, c);
  }
  x = b.narrow(rms_norm(b, "norm", x), 1, image.shape[1]);
  {
    auto scope = b.scope("norm_out");
    const Tensor all = b.linear("linear", b.silu(vector), 2 * c.width);
    x = modulate(b, b.layer_norm("", x), b.view(b.narrow(all, -1, c.width), {call.batch, 1, c.width}));
  }
  b.clone(b.linear("proj_out", x, c.patch * c.patch * c.in_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture omnigen() {
  return {"OmniGen", {"OmniGenTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
