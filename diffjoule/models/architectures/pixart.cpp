// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// PixArt: DiT with cross-attention to text and one modulation for all blocks. Chen et al., "PixArt-alpha", 2023, and
// "PixArt-Sigma", 2024. diffusers PixArtTransformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct PixartConfig {
  explicit PixartConfig(Config& c)
      : patch(c.integer("patch_size", 2)),
        in_channels(c.integer("in_channels", 4)),
        out_channels(c.integer("out_channels", in_channels)),
        layers(c.integer("num_layers", 28)),
        heads(c.integer("num_attention_heads", 16)),
        text_width(c.integer("caption_channels", 4096)),
        context_width(c.integer("cross_attention_dim", 1152)),
        size_conditions(c.flag("use_additional_conditions", c.integer("sample_size", 128) == 128)),
        width(heads * c.integer("attention_head_dim", 72)) {
    if (context_width != width)
      c.refuse("cross_attention_dim", std::to_string(context_width),
               "the width of the blocks, " + std::to_string(width));
    if (width % 3 != 0) c.refuse("attention_head_dim", std::to_string(width), "a width that three embedders can share");
  }
  std::int64_t patch, in_channels, out_channels, layers, heads, text_width, context_width;
  bool size_conditions;
  std::int64_t width;
};

constexpr std::int64_t sinusoid_width = 256;
constexpr std::int64_t mlp_ratio = 4;

// Timestep, and with them (alpha) height, width and aspect ratio of the image.
Tensor conditioning_vector(Builder& b, std::int64_t batch, const PixartConfig& c) {
  auto scope = b.scope("emb");
  const Tensor time = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, sinusoid_width), c.width);
  if (!c.size_conditions) return time;
  const std::int64_t share = c.width / 3;
  const Tensor sides = embedding_mlp(b, "resolution_embedder", timestep_sinusoids(b, 2 * batch, sinusoid_width), share);
  const Tensor ratio = embedding_mlp(b, "aspect_ratio_embedder", timestep_sinusoids(b, batch, sinusoid_width), share);
  return b.add(time, b.concatenate({b.view(sides, {batch, 2 * share}), ratio}, 1));
}

Tensor block(Builder& b, Tensor x, const Tensor& text, const Tensor& time, const PixartConfig& c) {
  const Tensor mod = table_modulation(b, "scale_shift_table", {6, c.width}, time, c.width);
  const AttentionLayer layer{.heads = c.heads, .width = c.width};
  const Tensor normed = modulate(b, b.layer_norm("", x), mod);
  x = b.add(b.mul(mod, attention_layer(b, "attn1", normed, normed, layer)), x);
  x = b.add(attention_layer(b, "attn2", x, text, layer), x);
  const Tensor y = modulate(b, b.layer_norm("", x), mod);
  return b.add(b.mul(mod, feed_forward(b, "ff", y, mlp_ratio * c.width)), x);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const PixartConfig c(config);
  Builder b(call.dtype);
  Tensor x = patch_tokens(b, "pos_embed.proj", b.tensor({call.batch, c.in_channels, call.height, call.width}),
                          {c.patch, c.patch}, c.width);
  x = b.add(x, b.tensor({1, x.shape[1], c.width}));
  Tensor vector, time;
  {
    auto scope = b.scope("adaln_single");
    vector = conditioning_vector(b, call.batch, c);
    time = b.linear("linear", b.silu(vector), 6 * c.width);
  }
  const Tensor text =
      text_projection(b, "caption_projection", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width);
  {
    auto blocks = b.repeat("transformer_blocks", c.layers);
    x = block(b, x, text, time, c);
  }
  const Tensor mod = table_modulation(b, "scale_shift_table", {2, c.width}, vector, c.width);
  b.clone(b.linear("proj_out", modulate(b, b.layer_norm("", x), mod), c.patch * c.patch * c.out_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture pixart() {
  return {"PixArt", {"PixArtTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
