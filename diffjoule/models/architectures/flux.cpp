// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// FLUX.1: double-stream blocks, in which text and image keep their own weights and meet in attention, then
// single-stream blocks on the joined sequence with attention and feed-forward in parallel. diffusers
// FluxTransformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/joint_blocks.h"

namespace diffjoule::models {
namespace {

struct FluxConfig {
  explicit FluxConfig(Config& c)
      : in_channels(c.integer("in_channels", 64)),
        out_channels(c.integer("out_channels", in_channels)),
        double_blocks(c.integer("num_layers", 19)),
        single_blocks(c.integer("num_single_layers", 38)),
        head_width(c.integer("attention_head_dim", 128)),
        heads(c.integer("num_attention_heads", 24)),
        text_width(c.integer("joint_attention_dim", 4096)),
        pooled_width(c.integer("pooled_projection_dim", 768)),
        guidance(c.flag("guidance_embeds", false)),
        rope_axes(c.integers("axes_dims_rope", {16, 56, 56})),
        width(heads * head_width) {}
  [[nodiscard]] Heads attention() const { return {heads, head_width}; }
  std::int64_t in_channels, out_channels, double_blocks, single_blocks, head_width, heads, text_width, pooled_width;
  bool guidance;
  std::vector<std::int64_t> rope_axes;
  std::int64_t width;
};

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t packing = 2;  // latent rows and columns in a token
constexpr std::int64_t mlp_ratio = 4;

Streams double_block(Builder& b, const Streams& x, const Tensor& conditioning, const FluxConfig& c) {
  const Tensor image_mod = modulation(b, "norm1", conditioning, 6, c.width);
  const Tensor text_mod = modulation(b, "norm1_context", conditioning, 6, c.width);
  const Streams attended = joint_attention(
      b, "attn", {modulate(b, b.layer_norm("", x.image), image_mod), modulate(b, b.layer_norm("", x.text), text_mod)},
      c.attention());
  Streams y{gated_residual(b, x.image, attended.image, image_mod), gated_residual(b, x.text, attended.text, text_mod)};
  const Tensor image_ff = feed_forward(b, "ff", modulate(b, b.layer_norm("", y.image), image_mod), mlp_ratio * c.width);
  const Tensor text_ff =
      feed_forward(b, "ff_context", modulate(b, b.layer_norm("", y.text), text_mod), mlp_ratio * c.width);
  return {gated_residual(b, y.image, image_ff, image_mod), gated_residual(b, y.text, text_ff, text_mod)};
}

Tensor self_attention(Builder& b, const Tensor& x, const Heads& heads) {
  auto scope = b.scope("attn");
  const Tensor q = rotate_pairs(b, normed_projection(b, "to_q", "norm_q", x, heads), heads);
  const Tensor k = rotate_pairs(b, normed_projection(b, "to_k", "norm_k", x, heads), heads);
  return b.clone(b.attention(q, k, b.linear("to_v", x, heads.width()), heads.count));  // heads side by side
}

Tensor single_block(Builder& b, const Streams& streams, const Tensor& conditioning, const FluxConfig& c) {
  const Tensor x = b.concatenate({streams.text, streams.image}, 1);
  const Tensor mod = modulation(b, "norm", conditioning, 3, c.width);
  const Tensor normed = modulate(b, b.layer_norm("", x), mod);
  const Tensor inner = b.gelu(b.linear("proj_mlp", normed, mlp_ratio * c.width));
  const Tensor attended = self_attention(b, normed, c.attention());
  const Tensor y = b.linear("proj_out", b.concatenate({attended, inner}, 2), c.width);
  return b.narrow(gated_residual(b, x, y, mod), 1, streams.image.shape[1]);
}

// Timestep, guidance scale and pooled text as one vector.
Tensor conditioning_vector(Builder& b, std::int64_t batch, const FluxConfig& c) {
  auto scope = b.scope("time_text_embed");
  b.mul(b.tensor({batch}));  // timesteps x 1000
  Tensor sum = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, timestep_width), c.width);
  if (c.guidance) {
    b.mul(b.tensor({batch}));
    sum = b.add(sum, embedding_mlp(b, "guidance_embedder", timestep_sinusoids(b, batch, timestep_width), c.width));
  }
  return b.add(sum, embedding_mlp(b, "text_embedder", b.tensor({batch, c.pooled_width}), c.width));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const FluxConfig c(config);
  Builder b(call.dtype);
  const std::int64_t tokens = (call.height / packing) * (call.width / packing);
  Tensor image = b.linear("x_embedder", b.tensor({call.batch, tokens, c.in_channels}), c.width);
  const Tensor conditioning = conditioning_vector(b, call.batch, c);
  Tensor text = b.linear("context_embedder", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width);
  b.concatenate({b.tensor({tokens + call.text_tokens, 3})}, 0);  // positions of text and image
  rope_table(b, tokens + call.text_tokens, c.rope_axes, c.head_width);
  {
    auto blocks = b.repeat("transformer_blocks", c.double_blocks);
    const Streams out = double_block(b, {image, text}, conditioning, c);
    image = out.image;
    text = out.text;
  }
  {
    auto blocks = b.repeat("single_transformer_blocks", c.single_blocks);
    image = single_block(b, {image, text}, conditioning, c);
  }
  const Tensor mod = modulation(b, "norm_out", conditioning, 2, c.width);
  b.linear("proj_out", modulate(b, b.layer_norm("", image), mod), c.out_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document&) { return packing; }

}  // namespace

Architecture flux() {
  return {"FLUX.1 transformer", {"FluxTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
