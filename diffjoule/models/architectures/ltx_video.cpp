// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// LTX-Video: PixArt's block over strongly compressed video tokens, with RMS norms and rotary positions. HaCohen et al.,
// "LTX-Video", 2024. diffusers LTXVideoTransformer3DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct LtxConfig {
  explicit LtxConfig(Config& c)
      : in_channels(c.integer("in_channels", 128)),
        out_channels(c.integer("out_channels", 128)),
        heads(c.integer("num_attention_heads", 32)),
        layers(c.integer("num_layers", 28)),
        text_width(c.integer("caption_channels", 4096)),
        width(heads * c.integer("attention_head_dim", 64)),
        context_width(c.integer("cross_attention_dim", 2048)) {
    if (context_width != width)
      c.refuse("cross_attention_dim", std::to_string(context_width),
               "the width of the blocks, " + std::to_string(width));
  }
  std::int64_t in_channels, out_channels, heads, layers, text_width, width, context_width;
};

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t mlp_ratio = 4;

Tensor attention(Builder& b, std::string_view name, const Tensor& x, const Tensor* text, const LtxConfig& c) {
  auto scope = b.scope(name);
  const Tensor& context = text == nullptr ? x : *text;
  Tensor q = rms_norm(b, "norm_q", b.linear("to_q", x, c.width));
  Tensor k = rms_norm(b, "norm_k", b.linear("to_k", context, c.width));
  const Tensor v = b.linear("to_v", context, c.width);
  if (text == nullptr) {
    q = rotate(b, q);
    k = rotate(b, k);
  }
  if (text != nullptr) b.clone(b.tensor({x.shape[0] * c.heads, 1, text->shape[1]}));  // the mask, for every head
  return b.linear("to_out.0", b.clone(b.attention(q, k, v, c.heads, {.masked = text != nullptr})), c.width);
}

Tensor block(Builder& b, Tensor x, const Tensor& text, const Tensor& time, const LtxConfig& c) {
  const Tensor mod = table_modulation(b, "scale_shift_table", {6, c.width}, time, c.width);
  x = gated_residual(b, x, attention(b, "attn1", modulate(b, rms_norm(b, "", x), mod), nullptr, c), mod);
  x = b.add(x, attention(b, "attn2", x, &text, c));
  return gated_residual(b, x, feed_forward(b, "ff", modulate(b, rms_norm(b, "", x), mod), mlp_ratio * c.width), mod);
}

// Fractional positions of frames, rows and columns.
void rope_table(Builder& b, std::int64_t tokens, const LtxConfig& c) {
  const std::int64_t half = c.width / 6 * 3;
  const Tensor angles = b.mul(b.tensor({1, tokens, half}));
  b.clone(angles);
  b.stack(b.tensor({tokens}), b.tensor({tokens}));
  for (const auto kind : {Elementwise::Kind::cos, Elementwise::Kind::sin}) {
    b.elementwise(kind, angles);
    b.clone(b.tensor({1, tokens, 2 * half}));
    b.concatenate({b.tensor({1, tokens, c.width})}, -1);
  }
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const LtxConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t tokens = call.frames * call.height * call.width;
  rope_table(b, tokens, c);
  Tensor x = b.linear("proj_in", b.tensor({call.batch, tokens, c.in_channels}), c.width);
  Tensor vector, time;
  {
    auto scope = b.scope("time_embed");
    vector = embedding_mlp(b, "emb.timestep_embedder", timestep_sinusoids(b, call.batch, timestep_width), c.width);
    time = b.linear("linear", b.silu(vector), 6 * c.width);
  }
  const Tensor text =
      text_projection(b, "caption_projection", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width);
  {
    auto blocks = b.repeat("transformer_blocks", c.layers);
    x = block(b, x, text, time, c);
  }
  const Tensor mod = table_modulation(b, "scale_shift_table", {2, c.width}, vector, c.width);
  b.linear("proj_out", modulate(b, b.layer_norm("", x), mod), c.out_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document&) { return 1; }

}  // namespace

Architecture ltx_video() {
  return {"LTX-Video", {"LTXVideoTransformer3DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
