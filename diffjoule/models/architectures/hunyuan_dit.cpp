// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// HunyuanDiT: a DiT with skips from its first to its second half, cross-attention to two text encoders, rotary
// positions. Li et al., "Hunyuan-DiT", 2024. diffusers HunyuanDiT2DModel.
#include <algorithm>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct HunyuanDitConfig {
  explicit HunyuanDitConfig(Config& c)
      : heads(c.integer("num_attention_heads", 16)),
        head_width(c.integer("attention_head_dim", 88)),
        in_channels(c.integer("in_channels", 4)),
        patch(c.integer("patch_size", 2)),
        width(c.integer("hidden_size", 1152)),
        layers(c.integer("num_layers", 28)),
        inner(static_cast<std::int64_t>(c.number("mlp_ratio", 4.0) * static_cast<double>(width))),
        text_width(c.integer("cross_attention_dim", 1024)),
        t5_width(c.integer("cross_attention_dim_t5", 2048)),
        pooled_width(c.integer("pooled_projection_dim", 1024)),
        clip_tokens(c.integer("text_len", 77)),
        t5_tokens(c.integer("text_len_t5", 256)),
        variances(c.flag("learn_sigma", true)),
        size_conditions(c.flag("use_style_cond_and_image_meta_size", true)) {
    if (heads * head_width != width)
      c.refuse("hidden_size", std::to_string(width), "heads times head width, " + std::to_string(heads * head_width));
    if (inner <= 0 || inner > Config::largest) c.refuse("mlp_ratio", std::to_string(inner), "a width that fits");
    if (head_width % 2 != 0) c.refuse("attention_head_dim", std::to_string(head_width), "an even width");
  }
  std::int64_t heads, head_width, in_channels, patch, width, layers, inner, text_width, t5_width, pooled_width,
      clip_tokens, t5_tokens;
  bool variances, size_conditions;
};

constexpr std::int64_t sinusoid_width = 256;
constexpr std::int64_t pooling_heads = 8;
constexpr std::int64_t sizes = 6;  // original height and width, crop, target height and width

// linear_1, SiLU, linear_2.
Tensor projection_mlp(Builder& b, std::string_view name, const Tensor& x, std::int64_t inner, std::int64_t out) {
  auto scope = b.scope(name);
  return b.linear("linear_2", b.silu(b.linear("linear_1", x, inner)), out);
}

// One token attends to all and to their mean. diffusers HunyuanDiTAttentionPool.
Tensor pooled_text(Builder& b, std::int64_t batch, const HunyuanDitConfig& c) {
  auto scope = b.scope("pooler");
  const Tensor text = b.tensor({batch, c.t5_tokens, c.t5_width});
  const Tensor mean = b.reduce(Reduction::Kind::mean, text, 1);
  Tensor x = b.concatenate({mean, text}, 1);
  b.parameter("positional_embedding", {c.t5_tokens + 1, c.t5_width});
  x = b.add(x, b.tensor({1, c.t5_tokens + 1, c.t5_width}));
  const Tensor q = b.linear("q_proj", b.narrow(x, 1, 1), c.t5_width), k = b.linear("k_proj", x, c.t5_width),
               v = b.linear("v_proj", x, c.t5_width);
  return b.linear("c_proj", b.view(b.attention(q, k, v, pooling_heads), {batch, c.t5_width}), c.pooled_width);
}

Tensor conditioning_vector(Builder& b, std::int64_t batch, const HunyuanDitConfig& c) {
  auto scope = b.scope("time_extra_emb");
  const Tensor time = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, sinusoid_width), c.width);
  Tensor extra = pooled_text(b, batch, c);
  if (c.size_conditions) {
    const Tensor size = b.view(timestep_sinusoids(b, sizes * batch, sinusoid_width), {batch, sizes * sinusoid_width});
    extra = b.concatenate({extra, size, b.embedding("style_embedder", {batch}, 1, c.width)}, 1);
  }
  return b.add(time, projection_mlp(b, "extra_embedder", extra, 4 * c.width, c.width));
}

Tensor attention(Builder& b, std::string_view name, const Tensor& x, const Tensor& context, bool self,
                 const HunyuanDitConfig& c) {
  auto scope = b.scope(name);
  const auto normed = [&](std::string_view projection, std::string_view norm, const Tensor& of) {
    const Tensor y = b.linear(projection, of, c.width);
    return b.view(b.layer_norm(norm, b.view(y, {y.shape[0], y.shape[1], c.heads, c.head_width})), y.shape);
  };
  const Tensor q = rotate(b, normed("to_q", "norm_q", x));
  Tensor k = normed("to_k", "norm_k", context);
  if (self) k = rotate(b, k);
  const Tensor mixed = b.clone(b.attention(q, k, b.linear("to_v", context, c.width), c.heads));
  return b.div(b.linear("to_out.0", mixed, c.width));
}

Tensor block(Builder& b, Tensor x, const Tensor& text, const Tensor& vector, bool skip, const HunyuanDitConfig& c) {
  if (skip) x = b.linear("skip_linear", b.layer_norm("skip_norm", b.concatenate({x, x}, -1)), c.width);
  Tensor normed;
  {
    auto scope = b.scope("norm1");
    const Tensor shift = b.linear("linear", b.silu(vector), c.width);
    normed = b.add(b.layer_norm("norm", x), b.view(shift, {shift.shape[0], 1, c.width}));
  }
  x = b.add(x, attention(b, "attn1", normed, normed, true, c));
  x = b.add(x, attention(b, "attn2", b.layer_norm("norm2", x), text, false, c));
  return b.add(x, feed_forward(b, "ff", b.layer_norm("norm3", x), c.inner));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const HunyuanDitConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const Tensor latents = b.tensor({call.batch, c.in_channels, call.height, call.width});
  Tensor x = patch_tokens(b, "pos_embed.proj", latents, {c.patch, c.patch}, c.width);
  const Tensor vector = conditioning_vector(b, call.batch, c);
  const Tensor t5 =
      projection_mlp(b, "text_embedder", b.tensor({call.batch, c.t5_tokens, c.t5_width}), 4 * c.t5_width, c.text_width);
  b.parameter("text_embedding_padding", {c.clip_tokens + c.t5_tokens, c.text_width});
  Tensor text = b.concatenate({b.tensor({call.batch, c.clip_tokens, c.text_width}), t5}, 1);
  text = b.elementwise(Elementwise::Kind::where, text);
  const std::int64_t plain = c.layers / 2 + 1;  // the first half and the middle
  {
    auto blocks = b.repeat("blocks", std::min(plain, c.layers));
    x = block(b, x, text, vector, false, c);
  }
  if (c.layers > plain) {
    auto blocks = b.repeat("blocks", c.layers - plain, plain);
    x = block(b, x, text, vector, true, c);
  }
  {
    auto scope = b.scope("norm_out");
    const Tensor all = b.linear("linear", b.silu(vector), 2 * c.width);
    x = modulate(b, b.layer_norm("", x), b.view(b.narrow(all, -1, c.width), {call.batch, 1, c.width}));
  }
  b.clone(b.linear("proj_out", x, c.patch * c.patch * c.in_channels * (c.variances ? 2 : 1)));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture hunyuan_dit() {
  return {"HunyuanDiT", {"HunyuanDiT2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
