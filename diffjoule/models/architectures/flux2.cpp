// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// FLUX.2: FLUX with one modulation for all blocks of a kind, gated feed-forwards, and single blocks whose attention and
// feed-forward share one projection in and one out. Black Forest Labs, 2025. diffusers Flux2Transformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/joint_blocks.h"

namespace diffjoule::models {
namespace {

struct Flux2Config {
  explicit Flux2Config(Config& c)
      : in_channels(c.integer("in_channels", 128)),
        out_channels(c.integer("out_channels", in_channels)),
        double_blocks(c.integer("num_layers", 8)),
        single_blocks(c.integer("num_single_layers", 48)),
        heads{c.integer("num_attention_heads", 48), c.integer("attention_head_dim", 128), Bias::no},
        text_width(c.integer("joint_attention_dim", 15360)),
        sinusoid_width(c.integer("timestep_guidance_channels", 256)),
        rope_axes(c.integers("axes_dims_rope", {32, 32, 32, 32})),
        guidance(c.flag("guidance_embeds", true)),
        width(heads.width()),
        inner(static_cast<std::int64_t>(static_cast<double>(width) * c.number("mlp_ratio", 3.0))) {
    if (rope_axes.size() > 8) c.refuse("axes_dims_rope", std::to_string(rope_axes.size()) + " axes", "at most 8");
    if (inner <= 0 || inner > Config::largest) c.refuse("mlp_ratio", std::to_string(inner), "a width that fits");
  }
  std::int64_t in_channels, out_channels, double_blocks, single_blocks;
  Heads heads;
  std::int64_t text_width, sinusoid_width;
  std::vector<std::int64_t> rope_axes;
  bool guidance;
  std::int64_t width, inner;
};

constexpr std::int64_t packing = 2;  // latent rows and columns in a token

Tensor embedding(Builder& b, std::string_view name, std::int64_t batch, const Flux2Config& c) {
  b.mul(b.tensor({batch}));  // x 1000
  const Tensor sinusoids = timestep_sinusoids(b, batch, c.sinusoid_width);
  auto scope = b.scope(name);
  return b.linear("linear_2", b.silu(b.linear("linear_1", sinusoids, c.width, Bias::no)), c.width, Bias::no);
}

Tensor gated_feed_forward(Builder& b, std::string_view name, const Tensor& x, const Flux2Config& c) {
  auto scope = b.scope(name);
  return b.linear("linear_out", gated_projection(b, b.linear("linear_in", x, 2 * c.inner, Bias::no)), c.width,
                  Bias::no);
}

struct Modulations {
  Tensor image, text, single;
};

Streams double_block(Builder& b, const Streams& x, const Modulations& mod, const Flux2Config& c) {
  const Streams attended = joint_attention(
      b, "attn", {modulate(b, b.layer_norm("", x.image), mod.image), modulate(b, b.layer_norm("", x.text), mod.text)},
      c.heads);
  const Streams y{gated_residual(b, x.image, attended.image, mod.image),
                  gated_residual(b, x.text, attended.text, mod.text)};
  const Tensor image = gated_feed_forward(b, "ff", modulate(b, b.layer_norm("", y.image), mod.image), c);
  const Tensor text = gated_feed_forward(b, "ff_context", modulate(b, b.layer_norm("", y.text), mod.text), c);
  return {gated_residual(b, y.image, image, mod.image), gated_residual(b, y.text, text, mod.text)};
}

Tensor single_block(Builder& b, const Tensor& x, const Tensor& mod, const Flux2Config& c) {
  const Tensor normed = modulate(b, b.layer_norm("", x), mod);
  auto scope = b.scope("attn");
  const Tensor all = b.linear("to_qkv_mlp_proj", normed, 3 * c.width + 2 * c.inner, Bias::no);
  const Tensor part = b.narrow(all, -1, c.width);
  const Tensor q = rotate_pairs(b, head_norm(b, "norm_q", part, c.heads), c.heads);
  const Tensor k = rotate_pairs(b, head_norm(b, "norm_k", part, c.heads), c.heads);
  const Tensor attended = b.clone(b.attention(q, k, part, c.heads.count));
  const Tensor inner = gated_projection(b, b.narrow(all, -1, 2 * c.inner));
  return gated_residual(b, x, b.linear("to_out", b.concatenate({attended, inner}, -1), c.width, Bias::no), mod);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const Flux2Config c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t tokens = (call.height / packing) * (call.width / packing);
  Tensor vector;
  {
    auto scope = b.scope("time_guidance_embed");
    vector = embedding(b, "timestep_embedder", call.batch, c);
    if (c.guidance) vector = b.add(vector, embedding(b, "guidance_embedder", call.batch, c));
  }
  const Modulations mod{modulation(b, "double_stream_modulation_img", vector, 6, c.width, Bias::no),
                        modulation(b, "double_stream_modulation_txt", vector, 6, c.width, Bias::no),
                        modulation(b, "single_stream_modulation", vector, 3, c.width, Bias::no)};
  Streams x{b.linear("x_embedder", b.tensor({call.batch, tokens, c.in_channels}), c.width, Bias::no),
            b.linear("context_embedder", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width, Bias::no)};
  rope_table(b, tokens, c.rope_axes, c.heads.head_width);
  rope_table(b, call.text_tokens, c.rope_axes, c.heads.head_width);
  for (int table = 0; table < 2; ++table)
    b.concatenate({Tensor{{tokens + call.text_tokens, c.heads.head_width}, DType::float32}}, 0);
  {
    auto blocks = b.repeat("transformer_blocks", c.double_blocks);
    x = double_block(b, x, mod, c);
  }
  Tensor joined = b.concatenate({x.text, x.image}, 1);
  {
    auto blocks = b.repeat("single_transformer_blocks", c.single_blocks);
    joined = single_block(b, joined, mod.single, c);
  }
  const Tensor image = b.narrow(joined, 1, tokens);
  const Tensor out = modulation(b, "norm_out", vector, 2, c.width, Bias::no);
  b.linear("proj_out", modulate(b, b.layer_norm("", image), out), c.out_channels, Bias::no);
  return finished(b, config);
}

std::int64_t patch(const io::Document&) { return packing; }

}  // namespace

Architecture flux2() {
  return {"FLUX.2 transformer", {"Flux2Transformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
