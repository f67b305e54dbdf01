// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// CogView4: text and image through the same weights with modulations of their own. Zhipu, "CogView4", 2025. diffusers
// CogView4Transformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/joint_blocks.h"

namespace diffjoule::models {
namespace {

struct CogViewConfig {
  explicit CogViewConfig(Config& c)
      : patch(c.integer("patch_size", 2)),
        in_channels(c.integer("in_channels", 16)),
        out_channels(c.integer("out_channels", 16)),
        layers(c.integer("num_layers", 30)),
        heads{c.integer("num_attention_heads", 64), c.integer("attention_head_dim", 40)},
        text_width(c.integer("text_embed_dim", 4096)),
        time_width(c.integer("time_embed_dim", 512)),
        condition_width(c.integer("condition_dim", 256)),
        width(heads.width()) {}
  std::int64_t patch, in_channels, out_channels, layers;
  Heads heads;
  std::int64_t text_width, time_width, condition_width, width;
};

constexpr std::int64_t mlp_ratio = 4;
constexpr std::int64_t size_conditions = 6;  // original size, crop, target size: height and width each

Tensor conditioning_vector(Builder& b, std::int64_t batch, const CogViewConfig& c) {
  auto scope = b.scope("time_condition_embed");
  const Tensor sizes = b.view(timestep_sinusoids(b, size_conditions * batch, c.condition_width),
                              {batch, size_conditions * c.condition_width});
  const Tensor time = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, c.width), c.time_width);
  return b.silu(b.add(time, embedding_mlp(b, "condition_embedder", sizes, c.time_width)));
}

Streams block(Builder& b, const Streams& x, const Tensor& vector, const CogViewConfig& c) {
  const Tensor all = b.linear("norm1.linear", vector, 12 * c.width);
  const Tensor mod = b.view(b.narrow(all, -1, c.width), {all.shape[0], 1, c.width});
  const Streams in{modulate(b, b.layer_norm("", x.image), mod), modulate(b, b.layer_norm("", x.text), mod)};
  Tensor attended;
  {
    auto scope = b.scope("attn1");
    const Tensor joined = b.concatenate({in.text, in.image}, 1);
    const auto normed = [&](std::string_view name) {
      const Tensor y = b.linear(name, joined, c.width);
      const Tensor z =
          b.view(b.layer_norm("", b.view(y, {y.shape[0], y.shape[1], c.heads.count, c.heads.head_width})), y.shape);
      b.copy(rotate_pairs(b, b.narrow(z, 1, in.image.shape[1]), c.heads));  // the image's part
      return z;
    };
    const Tensor q = normed("to_q"), k = normed("to_k"), v = b.linear("to_v", joined, c.width);
    attended = b.linear("to_out.0", b.clone(b.attention(q, k, v, c.heads.count)), c.width);
  }
  const Streams y{gated_residual(b, x.image, b.narrow(attended, 1, in.image.shape[1]), mod),
                  gated_residual(b, x.text, b.narrow(attended, 1, in.text.shape[1]), mod)};
  const Tensor image = feed_forward(b, "ff", modulate(b, b.layer_norm("", y.image), mod), mlp_ratio * c.width);
  const Tensor text = feed_forward(b, "ff", modulate(b, b.layer_norm("", y.text), mod), mlp_ratio * c.width);
  return {gated_residual(b, y.image, image, mod), gated_residual(b, y.text, text, mod)};
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const CogViewConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t tokens = (call.height / c.patch) * (call.width / c.patch);
  rope_table(b, tokens, {c.heads.head_width / 2, c.heads.head_width / 2}, c.heads.head_width);
  Streams x;
  {
    auto scope = b.scope("patch_embed");
    const std::int64_t cells = c.patch * c.patch * c.in_channels;
    x.image = b.linear("proj", b.clone(b.tensor({call.batch, tokens, cells})), c.width);
    x.text = b.linear("text_proj", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width);
  }
  const Tensor vector = conditioning_vector(b, call.batch, c);
  {
    auto blocks = b.repeat("transformer_blocks", c.layers);
    x = block(b, x, vector, c);
  }
  const Tensor all = b.linear("norm_out.linear", vector, 2 * c.width);
  const Tensor mod = b.view(b.narrow(all, -1, c.width), {call.batch, 1, c.width});
  b.clone(b.linear("proj_out", modulate(b, b.layer_norm("", x.image), mod), c.patch * c.patch * c.out_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture cogview4() {
  return {"CogView4", {"CogView4Transformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
