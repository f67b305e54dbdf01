// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// AuraFlow: a few joint blocks, then single-stream blocks whose feed-forward follows their attention. Fal, "AuraFlow",
// 2024. diffusers AuraFlowTransformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/joint_blocks.h"

namespace diffjoule::models {
namespace {

struct AuraFlowConfig {
  explicit AuraFlowConfig(Config& c)
      : patch(c.integer("patch_size", 2)),
        in_channels(c.integer("in_channels", 4)),
        out_channels(c.integer("out_channels", 4)),
        joint_blocks(c.integer("num_mmdit_layers", 4)),
        single_blocks(c.integer("num_single_dit_layers", 32)),
        heads{c.integer("num_attention_heads", 12), c.integer("attention_head_dim", 256), Bias::no},
        text_width(c.integer("joint_attention_dim", 2048)),
        positions(c.integer("pos_embed_max_size", 1024)),
        width(heads.width()) {}
  std::int64_t patch, in_channels, out_channels, joint_blocks, single_blocks;
  Heads heads;
  std::int64_t text_width, positions, width;
};

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t registers = 8;  // learnt tokens before the text

// Two thirds of four times the width, rounded up to a multiple of 256.
std::int64_t inner_width(std::int64_t width) { return (8 * width / 3 + 255) / 256 * 256; }

Tensor gated_feed_forward(Builder& b, std::string_view name, const Tensor& x) {
  auto scope = b.scope(name);
  const std::int64_t inner = inner_width(x.shape[-1]);
  const Tensor gate = b.silu(b.linear("linear_1", x, inner, Bias::no));
  return b.linear("out_projection", b.mul(gate, b.linear("linear_2", x, inner, Bias::no)), x.shape[-1], Bias::no);
}

Tensor projection(Builder& b, std::string_view name, const Tensor& x, const Heads& heads) {
  const Tensor y = b.linear(name, x, heads.width(), Bias::no);
  return b.view(b.layer_norm("", b.view(y, {y.shape[0], y.shape[1], heads.count, heads.head_width})), y.shape);
}

Streams joint(Builder& b, const Streams& x, const Heads& heads) {
  auto scope = b.scope("attn");
  const Tensor q = projection(b, "to_q", x.image, heads), k = projection(b, "to_k", x.image, heads),
               v = b.linear("to_v", x.image, heads.width(), Bias::no);
  const Tensor text_q = projection(b, "add_q_proj", x.text, heads), text_k = projection(b, "add_k_proj", x.text, heads),
               text_v = b.linear("add_v_proj", x.text, heads.width(), Bias::no);
  const Tensor mixed = b.clone(b.attention(b.concatenate({text_q, q}, 1), b.concatenate({text_k, k}, 1),
                                           b.concatenate({text_v, v}, 1), heads.count));
  return {b.linear("to_out.0", b.narrow(mixed, 1, x.image.shape[1]), heads.width(), Bias::no),
          b.linear("to_add_out", b.narrow(mixed, 1, x.text.shape[1]), heads.width(), Bias::no)};
}

// Attention's result enters the feed-forward; the residual goes around both.
Tensor after_attention(Builder& b, std::string_view feed_forward, const Tensor& x, const Tensor& attended,
                       const Tensor& mod) {
  const Tensor y = modulate(b, b.layer_norm("", gated_residual(b, x, attended, mod)), mod);
  return gated_residual(b, x, gated_feed_forward(b, feed_forward, y), mod);
}

Streams joint_block(Builder& b, const Streams& x, const Tensor& vector, const AuraFlowConfig& c) {
  const Tensor image_mod = modulation(b, "norm1", vector, 6, c.width, Bias::no),
               text_mod = modulation(b, "norm1_context", vector, 6, c.width, Bias::no);
  const Streams attended = joint(
      b, {modulate(b, b.layer_norm("", x.image), image_mod), modulate(b, b.layer_norm("", x.text), text_mod)}, c.heads);
  return {after_attention(b, "ff", x.image, attended.image, image_mod),
          after_attention(b, "ff_context", x.text, attended.text, text_mod)};
}

Tensor single_block(Builder& b, const Tensor& x, const Tensor& vector, const AuraFlowConfig& c) {
  const Tensor mod = modulation(b, "norm1", vector, 6, c.width, Bias::no);
  const Tensor normed = modulate(b, b.layer_norm("", x), mod);
  Tensor attended;
  {
    auto scope = b.scope("attn");
    const Tensor q = projection(b, "to_q", normed, c.heads), k = projection(b, "to_k", normed, c.heads),
                 v = b.linear("to_v", normed, c.width, Bias::no);
    attended = b.linear("to_out.0", b.clone(b.attention(q, k, v, c.heads.count)), c.width, Bias::no);
  }
  return after_attention(b, "ff", x, attended, mod);
}

Tensor patch_embedding(Builder& b, const Call& call, const AuraFlowConfig& c) {
  auto scope = b.scope("pos_embed");
  b.parameter("pos_embed", {1, c.positions, c.width});
  const std::int64_t tokens = (call.height / c.patch) * (call.width / c.patch);
  const Tensor patches = b.clone(b.tensor({call.batch, tokens, c.patch * c.patch * c.in_channels}));
  return b.add(b.linear("proj", patches, c.width), b.gather(b.tensor({1, c.positions, c.width}), {1, tokens, c.width}));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const AuraFlowConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  Streams x;
  x.image = patch_embedding(b, call, c);
  b.mul(b.tensor({call.batch}));  // timesteps x 1000
  const Tensor vector = embedding_mlp(b, "time_step_proj", timestep_sinusoids(b, call.batch, timestep_width), c.width);
  const Tensor text =
      b.linear("context_embedder", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width, Bias::no);
  b.parameter("register_tokens", {1, registers, c.width});
  x.text = b.concatenate({b.repeat_rows(b.tensor({call.batch, registers, c.width})), text}, 1);
  {
    auto blocks = b.repeat("joint_transformer_blocks", c.joint_blocks);
    x = joint_block(b, x, vector, c);
  }
  Tensor joined = b.concatenate({x.text, x.image}, 1);
  {
    auto blocks = b.repeat("single_transformer_blocks", c.single_blocks);
    joined = single_block(b, joined, vector, c);
  }
  const Tensor image = b.narrow(joined, 1, x.image.shape[1]);
  const Tensor out = modulation(b, "norm_out", vector, 2, c.width, Bias::no);
  b.clone(
      b.linear("proj_out", modulate(b, b.layer_norm("", image), out), c.patch * c.patch * c.out_channels, Bias::no));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture auraflow() {
  return {"AuraFlow", {"AuraFlowTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
