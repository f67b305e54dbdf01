// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Qwen-Image: double-stream blocks throughout, text of the prompt's own length. "Qwen-Image Technical Report", 2025.
// diffusers QwenImageTransformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct QwenImageConfig {
  explicit QwenImageConfig(Config& c)
      : patch(c.integer("patch_size", 2)),
        in_channels(c.integer("in_channels", 64)),
        out_channels(c.integer("out_channels", 16)),
        layers(c.integer("num_layers", 60)),
        head_width(c.integer("attention_head_dim", 128)),
        heads(c.integer("num_attention_heads", 24)),
        text_width(c.integer("joint_attention_dim", 3584)),
        rope_axes(c.integers("axes_dims_rope", {16, 56, 56}, 3)),
        width(heads * head_width) {
    if (head_width % 2 != 0)
      c.refuse("attention_head_dim", std::to_string(head_width), "an even width, for rotary pairs");
  }
  std::int64_t patch, in_channels, out_channels, layers, head_width, heads, text_width;
  std::vector<std::int64_t> rope_axes;
  std::int64_t width;
};

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t mlp_ratio = 4;

struct Streams {
  Tensor image, text;
};

Tensor modulation(Builder& b, std::string_view linear, const Tensor& conditioning, std::int64_t parts,
                  const QwenImageConfig& c) {
  const Tensor all = b.linear(linear, b.silu(conditioning), parts * c.width);
  return b.view(b.narrow(all, -1, c.width), {all.shape[0], 1, c.width});
}

constexpr DType complex = DType::float64;  // complex64: as many bits

// The rotations of the image's tokens, gathered from tables of rows and columns that are centred on the image.
void rope_table(Builder& b, std::int64_t rows, std::int64_t columns, const QwenImageConfig& c) {
  b.concatenate({Tensor{{rows, c.rope_axes[1] / 2}, complex}}, 0);
  b.concatenate({Tensor{{columns, c.rope_axes[2] / 2}, complex}}, 0);
  const Tensor tokens = b.concatenate({Tensor{{rows * columns, c.head_width / 2}, complex}}, -1);
  b.concatenate({b.clone(tokens)}, 0);
}

// Rotation as one complex product: each pair of a head times e^(i angle).
Tensor rotate(Builder& b, const Tensor& x, const QwenImageConfig& c) {
  b.mul(Tensor{{x.shape[0], x.shape[1], c.heads, c.head_width / 2}, complex},
        Tensor{{1, x.shape[1], 1, c.head_width / 2}, complex});
  return x;
}

Tensor normed_projection(Builder& b, std::string_view projection, std::string_view norm, const Tensor& x,
                         const QwenImageConfig& c) {
  const Tensor y = b.linear(projection, x, c.width);
  return rotate(b, b.view(rms_norm(b, norm, b.view(y, {y.shape[0], y.shape[1], c.heads, c.head_width})), y.shape), c);
}

Streams joint_attention(Builder& b, const Streams& x, const QwenImageConfig& c) {
  auto scope = b.scope("attn");
  const Tensor q = normed_projection(b, "to_q", "norm_q", x.image, c),
               k = normed_projection(b, "to_k", "norm_k", x.image, c);
  const Tensor v = b.linear("to_v", x.image, c.width);
  const Tensor text_q = normed_projection(b, "add_q_proj", "norm_added_q", x.text, c);
  const Tensor text_k = normed_projection(b, "add_k_proj", "norm_added_k", x.text, c);
  const Tensor text_v = b.linear("add_v_proj", x.text, c.width);
  const Tensor queries = b.concatenate({text_q, q}, 1), keys = b.concatenate({text_k, k}, 1),
               values = b.concatenate({text_v, v}, 1);
  const Tensor mixed = b.clone(b.attention(queries, keys, values, c.heads));
  const Tensor image = b.linear("to_out.0", b.narrow(mixed, 1, x.image.shape[1]), c.width);
  return {image, b.linear("to_add_out", b.narrow(mixed, 1, x.text.shape[1]), c.width)};
}

Streams block(Builder& b, const Streams& x, const Tensor& conditioning, const QwenImageConfig& c) {
  const Tensor image_mod = modulation(b, "img_mod.1", conditioning, 6, c),
               text_mod = modulation(b, "txt_mod.1", conditioning, 6, c);
  const Streams attended = joint_attention(
      b, {modulate(b, b.layer_norm("", x.image), image_mod), modulate(b, b.layer_norm("", x.text), text_mod)}, c);
  const Streams y{gated_residual(b, x.image, attended.image, image_mod),
                  gated_residual(b, x.text, attended.text, text_mod)};
  const Tensor image_ff =
      feed_forward(b, "img_mlp", modulate(b, b.layer_norm("", y.image), image_mod), mlp_ratio * c.width);
  const Tensor image = gated_residual(b, y.image, image_ff, image_mod);
  const Tensor text_ff =
      feed_forward(b, "txt_mlp", modulate(b, b.layer_norm("", y.text), text_mod), mlp_ratio * c.width);
  return {image, gated_residual(b, y.text, text_ff, text_mod)};
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const QwenImageConfig c(config);
  Builder b(call.dtype);
  const std::int64_t tokens = (call.height / c.patch) * (call.width / c.patch);
  Streams x;
  x.image = b.linear("img_in", b.tensor({call.batch, tokens, c.in_channels}), c.width);
  x.text = b.linear("txt_in", rms_norm(b, "txt_norm", b.tensor({call.batch, call.text_tokens, c.text_width})), c.width);
  Tensor conditioning;
  {
    auto scope = b.scope("time_text_embed");
    conditioning = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, call.batch, timestep_width), c.width);
  }
  rope_table(b, call.height / c.patch, call.width / c.patch, c);
  {
    auto blocks = b.repeat("transformer_blocks", c.layers);
    x = block(b, x, conditioning, c);
  }
  const Tensor mod = modulation(b, "norm_out.linear", conditioning, 2, c);
  b.linear("proj_out", modulate(b, b.layer_norm("", x.image), mod), c.patch * c.patch * c.out_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture qwen_image() {
  return {
      "Qwen-Image transformer", {"QwenImageTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
