// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// MMDiT, the transformer of Stable Diffusion 3 and 3.5: text and image keep their own weights and meet in attention;
// the medium 3.5 model adds attention of the image to itself in its first blocks. Esser et al., "Scaling Rectified Flow
// Transformers for High-Resolution Image Synthesis", 2024. diffusers SD3Transformer2DModel.
#include <algorithm>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct MmditConfig {
  explicit MmditConfig(Config& c)
      : patch(c.integer("patch_size", 2)),
        in_channels(c.integer("in_channels", 16)),
        out_channels(c.integer("out_channels", in_channels)),
        layers(c.integer("num_layers", 18)),
        head_width(c.integer("attention_head_dim", 64)),
        heads(c.integer("num_attention_heads", 18)),
        text_width(c.integer("joint_attention_dim", 4096)),
        caption_width(c.integer("caption_projection_dim", 1152)),
        pooled_width(c.integer("pooled_projection_dim", 2048)),
        position_side(c.integer("pos_embed_max_size", 96)),
        width(heads * head_width) {
    const std::vector<std::int64_t> dual = c.integers("dual_attention_layers", {}, 0, 0);
    dual_layers = static_cast<std::int64_t>(dual.size());
    for (std::int64_t i = 0; i < dual_layers; ++i) {
      if (dual[static_cast<std::size_t>(i)] != i || i >= layers - 1) {
        c.refuse("dual_attention_layers", "a list that is not 0, 1, 2, ...", "the first layers, but not the last");
        break;
      }
    }
    const std::string norm = c.text("qk_norm", "");
    if (!norm.empty() && norm != "rms_norm") c.refuse("qk_norm", "\"" + norm + "\"", "null or rms_norm");
    qk_norm = norm == "rms_norm";
    if (caption_width != width)
      c.refuse("caption_projection_dim", std::to_string(caption_width),
               "the width of the blocks, " + std::to_string(width));
  }
  std::int64_t patch, in_channels, out_channels, layers, head_width, heads, text_width, caption_width, pooled_width,
      position_side, width;
  std::int64_t dual_layers = 0;
  bool qk_norm = false;
};

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t mlp_ratio = 4;

struct Streams {
  Tensor image, text;
};

struct BlockKind {
  bool dual = false;          // the image also attends to itself
  bool context_only = false;  // the last block leaves the text as it is
};

// Latents to tokens, plus a crop of the stored table of positions.
Tensor patch_embedding(Builder& b, const Call& call, const MmditConfig& c) {
  auto scope = b.scope("pos_embed");
  const std::int64_t rows = call.height / c.patch, columns = call.width / c.patch;
  const Tensor patches = b.convolution("proj", b.tensor({call.batch, c.in_channels, call.height, call.width}), c.width,
                                       Shape{c.patch, c.patch}, Shape{c.patch, c.patch}, Shape{0, 0});
  b.buffer("pos_embed", {1, c.position_side * c.position_side, c.width});
  const Tensor positions = b.clone(b.tensor({1, rows * columns, c.width}));
  // The sum keeps the convolution's layout, with channels outermost, until the first norm wants tokens.
  return b.clone(b.add(b.view(patches, {call.batch, rows * columns, c.width}), positions));
}

Tensor modulation(Builder& b, std::string_view name, const Tensor& conditioning, std::int64_t parts,
                  const MmditConfig& c) {
  auto scope = b.scope(name);
  const Tensor all = b.linear("linear", b.silu(conditioning), parts * c.width);
  return b.view(b.narrow(all, -1, c.width), {all.shape[0], 1, c.width});
}

Tensor projection(Builder& b, std::string_view name, std::string_view norm, const Tensor& x, const MmditConfig& c) {
  const Tensor y = b.linear(name, x, c.width);
  if (!c.qk_norm) return y;
  return b.view(rms_norm(b, norm, b.view(y, {y.shape[0], y.shape[1], c.heads, c.head_width})), y.shape);
}

Streams joint_attention(Builder& b, const Streams& x, bool context_only, const MmditConfig& c) {
  auto scope = b.scope("attn");
  const Tensor q = projection(b, "to_q", "norm_q", x.image, c), k = projection(b, "to_k", "norm_k", x.image, c);
  const Tensor v = b.linear("to_v", x.image, c.width);
  const Tensor text_q = projection(b, "add_q_proj", "norm_added_q", x.text, c),
               text_k = projection(b, "add_k_proj", "norm_added_k", x.text, c);
  const Tensor text_v = b.linear("add_v_proj", x.text, c.width);
  const Tensor queries = b.concatenate({q, text_q}, 1), keys = b.concatenate({k, text_k}, 1),
               values = b.concatenate({v, text_v}, 1);
  const Tensor mixed = b.clone(b.attention(queries, keys, values, c.heads));
  const Tensor image = b.linear("to_out.0", b.narrow(mixed, 1, x.image.shape[1]), c.width);
  const Tensor text = b.narrow(mixed, 1, x.text.shape[1]);
  return {image, context_only ? text : b.linear("to_add_out", text, c.width)};
}

Tensor self_attention(Builder& b, const Tensor& x, const MmditConfig& c) {
  auto scope = b.scope("attn2");
  const Tensor q = projection(b, "to_q", "norm_q", x, c), k = projection(b, "to_k", "norm_k", x, c);
  const Tensor v = b.linear("to_v", x, c.width);
  return b.linear("to_out.0", b.clone(b.attention(q, k, v, c.heads)), c.width);
}

Streams block(Builder& b, const Streams& x, const Tensor& conditioning, BlockKind kind, const MmditConfig& c) {
  const Tensor image_mod = modulation(b, "norm1", conditioning, kind.dual ? 9 : 6, c);
  const Tensor image_normed = b.layer_norm("", x.image);
  const Tensor image_in = modulate(b, image_normed, image_mod);
  const Tensor second_in = kind.dual ? modulate(b, image_normed, image_mod) : Tensor{};
  const Tensor text_mod = modulation(b, "norm1_context", conditioning, kind.context_only ? 2 : 6, c);
  const Tensor text_in = modulate(b, b.layer_norm("", x.text), text_mod);
  const Streams attended = joint_attention(b, {image_in, text_in}, kind.context_only, c);
  Tensor image = gated_residual(b, x.image, attended.image, image_mod);
  if (kind.dual) image = gated_residual(b, image, self_attention(b, second_in, c), image_mod);
  image = gated_residual(
      b, image, feed_forward(b, "ff", modulate(b, b.layer_norm("", image), image_mod), mlp_ratio * c.width), image_mod);
  if (kind.context_only) return {image, x.text};
  Tensor text = gated_residual(b, x.text, attended.text, text_mod);
  text = gated_residual(
      b, text, feed_forward(b, "ff_context", modulate(b, b.layer_norm("", text), text_mod), mlp_ratio * c.width),
      text_mod);
  return {image, text};
}

Tensor conditioning_vector(Builder& b, std::int64_t batch, const MmditConfig& c) {
  auto scope = b.scope("time_text_embed");
  const Tensor time = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, timestep_width), c.width);
  return b.add(time, embedding_mlp(b, "text_embedder", b.tensor({batch, c.pooled_width}), c.width));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const MmditConfig c(config);
  Builder b(call.dtype);
  Streams x;
  x.image = patch_embedding(b, call, c);
  const Tensor conditioning = conditioning_vector(b, call.batch, c);
  x.text = b.linear("context_embedder", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width);
  const std::int64_t plain = std::max<std::int64_t>(0, c.layers - 1 - c.dual_layers);
  if (c.dual_layers > 0) {
    auto blocks = b.repeat("transformer_blocks", c.dual_layers);
    x = block(b, x, conditioning, {.dual = true}, c);
  }
  if (plain > 0) {
    auto blocks = b.repeat("transformer_blocks", plain, c.dual_layers);
    x = block(b, x, conditioning, {}, c);
  }
  {
    auto last = b.repeat("transformer_blocks", 1, c.layers - 1);
    x = block(b, x, conditioning, {.context_only = true}, c);
  }
  const Tensor mod = modulation(b, "norm_out", conditioning, 2, c);
  const Tensor y =
      b.linear("proj_out", modulate(b, b.layer_norm("", x.image), mod), c.patch * c.patch * c.out_channels);
  b.clone(y);  // tokens back to latents
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture mmdit() {
  return {"SD3 MMDiT", {"SD3Transformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
