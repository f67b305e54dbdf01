// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Wan 2.1 and 2.2: self-attention over all frames, cross-attention to text (and, in 2.1 image-to-video, to an image),
// feed-forward, one modulation for all blocks. Team Wan, "Wan: Open and Advanced Large-Scale Video Generative Models",
// 2025. diffusers WanTransformer3DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct WanConfig {
  explicit WanConfig(Config& c)
      : patch(c.integers("patch_size", {1, 2, 2}, 3)),
        in_channels(c.integer("in_channels", 16)),
        out_channels(c.integer("out_channels", 16)),
        layers(c.integer("num_layers", 40)),
        heads(c.integer("num_attention_heads", 40)),
        head_width(c.integer("attention_head_dim", 128)),
        text_width(c.integer("text_dim", 4096)),
        sinusoid_width(c.integer("freq_dim", 256)),
        inner(c.integer("ffn_dim", 13824)),
        image_width(c.integer("image_dim", 0, 0)),
        image_key_width(c.integer("added_kv_proj_dim", 0, 0)),
        normed_context(c.flag("cross_attn_norm", true)),
        time_by_token(c.flag("expand_timesteps", false)),
        width(heads * head_width) {
    if (patch.size() != 3)
      c.refuse("patch_size", std::to_string(patch.size()) + " numbers", "frames, rows and columns");
    patch.resize(3, 1);
    if (head_width % 2 != 0)
      c.refuse("attention_head_dim", std::to_string(head_width), "an even width, for rotary pairs");
  }
  std::vector<std::int64_t> patch;
  std::int64_t in_channels, out_channels, layers, heads, head_width, text_width, sinusoid_width, inner, image_width,
      image_key_width;
  bool normed_context, time_by_token;
  std::int64_t width;
};

constexpr std::int64_t image_tokens = 257;  // of CLIP ViT-H/14: 16 x 16 patches and the class

struct Conditions {
  Tensor vector, time, text;
  Tensor image;  // without tokens where the model knows no image
};

Conditions conditions(Builder& b, const Call& call, std::int64_t tokens, const WanConfig& c) {
  auto scope = b.scope("condition_embedder");
  const std::int64_t times = c.time_by_token ? call.batch * tokens : call.batch;
  Conditions out;
  out.vector = embedding_mlp(b, "time_embedder", timestep_sinusoids(b, times, c.sinusoid_width), c.width);
  out.time = b.linear("time_proj", b.silu(out.vector), 6 * c.width);
  out.text = text_projection(b, "text_embedder", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width);
  if (c.image_width == 0) return out;
  auto image = b.scope("image_embedder");
  Tensor x = b.layer_norm("norm1", b.tensor({call.batch, image_tokens, c.image_width}));
  x = b.gelu(b.linear("ff.net.0.proj", x, c.image_width));
  out.image = b.layer_norm("norm2", b.linear("ff.net.2", x, c.width));
  return out;
}

// The part of a modulation that broadcasts over tokens, or belongs to each of them.
Tensor parts(Builder& b, std::string_view table, std::int64_t count, const Tensor& time, std::int64_t tokens,
             const WanConfig& c) {
  b.parameter(table, {1, count, c.width});
  const std::int64_t batch = c.time_by_token ? time.shape[0] / tokens : time.shape[0];
  const std::int64_t own = time.shape[-1] / c.width, moments = c.time_by_token ? tokens : 1;
  const Tensor sum = b.add(b.tensor({1, 1, count, c.width}), b.view(time, {batch, moments, own, c.width}));
  return b.view(b.narrow(sum, 2, 1), {batch, moments, c.width});
}

Tensor attention(Builder& b, std::string_view name, const Tensor& x, const Conditions* cross, const WanConfig& c) {
  auto scope = b.scope(name);
  const Tensor& context = cross == nullptr ? x : cross->text;
  Tensor q = rms_norm(b, "norm_q", b.linear("to_q", x, c.width));
  Tensor k = rms_norm(b, "norm_k", b.linear("to_k", context, c.width));
  const Tensor v = b.linear("to_v", context, c.width);
  if (cross == nullptr) {
    q = rotate_in_place(b, q);
    k = rotate_in_place(b, k);
  }
  Tensor y = b.clone(b.attention(q, k, v, c.heads));
  if (cross != nullptr && c.image_width > 0 && c.image_key_width > 0) {
    const Tensor image_k = rms_norm(b, "norm_added_k", b.linear("add_k_proj", cross->image, c.width));
    const Tensor image_v = b.linear("add_v_proj", cross->image, c.width);
    y = b.add(y, b.clone(b.attention(q, image_k, image_v, c.heads)));
  }
  return b.linear("to_out.0", y, c.width);
}

Tensor block(Builder& b, Tensor x, const Conditions& given, const WanConfig& c) {
  const Tensor mod = parts(b, "scale_shift_table", 6, given.time, x.shape[1], c);
  x = gated_residual(b, x, attention(b, "attn1", modulate(b, b.layer_norm("", x), mod), nullptr, c), mod);
  x = b.add(x, attention(b, "attn2", c.normed_context ? b.layer_norm("norm2", x) : x, &given, c));
  return gated_residual(b, x, feed_forward(b, "ffn", modulate(b, b.layer_norm("", x), mod), c.inner), mod);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const WanConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const Tensor latents = b.tensor({call.batch, c.in_channels, call.frames, call.height, call.width});
  Tensor x = b.clone(patch_tokens(b, "patch_embedding", latents, {c.patch[0], c.patch[1], c.patch[2]}, c.width));
  for (int table = 0; table < 2; ++table) b.concatenate({b.tensor({1, x.shape[1], c.head_width})}, -1);
  Conditions given = conditions(b, call, x.shape[1], c);
  if (c.image_width > 0)  // both streams travel together and are parted in every block
    b.concatenate({given.image, given.text}, 1);
  {
    auto blocks = b.repeat("blocks", c.layers);
    x = block(b, x, given, c);
  }
  const Tensor mod = parts(b, "scale_shift_table", 2, given.vector, x.shape[1], c);
  const std::int64_t cells = c.patch[0] * c.patch[1] * c.patch[2];
  b.clone(b.linear("proj_out", modulate(b, b.layer_norm("", x), mod), cells * c.out_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) {
  Config config(document);
  const std::vector<std::int64_t> sides = config.integers("patch_size", {1, 2, 2}, 3);
  return sides.empty() ? 1 : sides.back();
}

}  // namespace

Architecture wan() { return {"Wan", {"WanTransformer3DModel"}, Architecture::Role::denoiser, build, nullptr, patch}; }

}  // namespace diffjoule::models
