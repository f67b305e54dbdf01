// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Mochi: joint blocks with a narrower stream for text, which only the prompt's own tokens enter in attention. Genmo,
// "Mochi 1", 2024. diffusers MochiTransformer3DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/joint_blocks.h"

namespace diffjoule::models {
namespace {

struct MochiConfig {
  explicit MochiConfig(Config& c)
      : patch(c.integer("patch_size", 2)),
        heads{c.integer("num_attention_heads", 24), c.integer("attention_head_dim", 128), Bias::no},
        layers(c.integer("num_layers", 48)),
        context_width(c.integer("pooled_projection_dim", 1536)),
        in_channels(c.integer("in_channels", 12)),
        out_channels(c.integer("out_channels", in_channels)),
        text_width(c.integer("text_embed_dim", 4096)),
        sinusoid_width(c.integer("time_embed_dim", 256)),
        width(heads.width()) {}
  std::int64_t patch;
  Heads heads;
  std::int64_t layers, context_width, in_channels, out_channels, text_width, sinusoid_width, width;
};

// Two thirds of four times the width.
std::int64_t inner_width(std::int64_t width) { return 4 * width * 2 / 3; }

Tensor gated_feed_forward(Builder& b, std::string_view name, const Tensor& x) {
  auto scope = b.scope(name);
  const std::int64_t inner = inner_width(x.shape[-1]);
  const Tensor half = b.narrow(b.linear("net.0.proj", x, 2 * inner, Bias::no), -1, inner);
  return b.linear("net.2", b.mul(half, b.silu(half)), x.shape[-1], Bias::no);
}

// One learnt mix of the prompt's tokens.
Tensor pooled_text(Builder& b, const Tensor& text, const MochiConfig& c) {
  auto scope = b.scope("pooler");
  constexpr std::int64_t pooling_heads = 8;
  const std::int64_t batch = text.shape[0], width = text.shape[-1];
  const Tensor mean = b.view(b.reduce(Reduction::Kind::sum, b.mul(text), 1), {batch, width});
  const Tensor kv = b.linear("to_kv", text, 2 * width);
  const Tensor q = b.view(b.linear("to_q", mean, width), {batch, 1, width});
  const Tensor half = b.narrow(kv, -1, width);
  const Tensor mixed = b.attention(q, half, half, pooling_heads, {.masked = true});
  return b.linear("to_out", b.view(mixed, {batch, width}), c.width);
}

Tensor scaled(Builder& b, const Tensor& x, const Tensor& scale) { return b.mul(rms_norm(b, "", x), b.add(scale)); }
Tensor gated(Builder& b, const Tensor& x, const Tensor& y, const Tensor& gate) {
  const Tensor bounded = b.activation(Activation::Kind::tanh, gate);
  return b.add(x, b.mul(rms_norm(b, "", y), bounded));
}

// The last block leaves the text as it is.
Streams block(Builder& b, const Streams& x, const Tensor& vector, bool last, const MochiConfig& c) {
  const Tensor image_mod = modulation(b, "norm1", vector, 4, c.width);
  Tensor text_mod;
  if (last) {
    auto scope = b.scope("norm1_context");
    text_mod = b.view(b.linear("linear_1", b.silu(vector), c.context_width), {vector.shape[0], 1, c.context_width});
  } else {
    text_mod = modulation(b, "norm1_context", vector, 4, c.context_width);
  }
  const Tensor image_in = scaled(b, x.image, image_mod), text_in = scaled(b, x.text, text_mod);
  Streams attended;
  {
    auto scope = b.scope("attn1");
    const Tensor q = rotate_pairs(b, normed_projection(b, "to_q", "norm_q", image_in, c.heads), c.heads);
    const Tensor k = rotate_pairs(b, normed_projection(b, "to_k", "norm_k", image_in, c.heads), c.heads);
    const Tensor v = b.linear("to_v", image_in, c.width, Bias::no);
    const Tensor text_q = normed_projection(b, "add_q_proj", "norm_added_q", text_in, c.heads);
    const Tensor text_k = normed_projection(b, "add_k_proj", "norm_added_k", text_in, c.heads);
    const Tensor text_v = b.linear("add_v_proj", text_in, c.width, Bias::no);
    const Tensor mixed = b.clone(b.attention(b.concatenate({q, text_q}, 1), b.concatenate({k, text_k}, 1),
                                             b.concatenate({v, text_v}, 1), c.heads.count));
    attended.image = b.linear("to_out.0", b.narrow(mixed, 1, image_in.shape[1]), c.width);
    if (!last) attended.text = b.linear("to_add_out", b.narrow(mixed, 1, text_in.shape[1]), c.context_width);
  }
  Streams y{gated(b, x.image, attended.image, image_mod), x.text};
  y.image = gated(b, y.image, gated_feed_forward(b, "ff", scaled(b, y.image, image_mod)), image_mod);
  if (last) return y;
  y.text = gated(b, x.text, attended.text, text_mod);
  y.text = gated(b, y.text, gated_feed_forward(b, "ff_context", scaled(b, y.text, text_mod)), text_mod);
  return y;
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const MochiConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const Tensor text = b.tensor({call.batch, call.text_tokens, c.text_width});
  Tensor vector;
  Streams x;
  {
    auto scope = b.scope("time_embed");
    vector = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, call.batch, c.sinusoid_width), c.width);
    vector = b.add(vector, pooled_text(b, text, c));
    x.text = b.linear("caption_proj", text, c.context_width);
  }
  const Tensor frames = b.tensor({call.batch * call.frames, c.in_channels, call.height, call.width});
  x.image = patch_tokens(b, "patch_embed.proj", frames, {c.patch, c.patch}, c.width);
  x.image = b.clone(b.view(x.image, {call.batch, call.frames * x.image.shape[1], c.width}));
  b.parameter("pos_frequencies", {3, c.heads.count, c.heads.head_width / 2});
  b.matrix_product(b.tensor({1, x.image.shape[1], 3}), b.tensor({1, 3, c.heads.count * c.heads.head_width / 2}));
  if (c.layers > 1) {
    auto blocks = b.repeat("transformer_blocks", c.layers - 1);
    x = block(b, x, vector, false, c);
  }
  {
    auto blocks = b.repeat("transformer_blocks", 1, c.layers - 1);
    x = block(b, x, vector, true, c);
  }
  const Tensor out = modulation(b, "norm_out", vector, 2, c.width);
  b.clone(b.linear("proj_out", modulate(b, b.layer_norm("", x.image), out), c.patch * c.patch * c.out_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture mochi() {
  return {"Mochi", {"MochiTransformer3DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
