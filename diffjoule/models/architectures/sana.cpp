// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// SANA: linear attention (a product of keys and values that does not grow with the square of the tokens), a
// feed-forward of convolutions, softmax attention only to the text. Xie et al., "SANA", 2024. diffusers
// SanaTransformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct SanaConfig {
  explicit SanaConfig(Config& c)
      : in_channels(c.integer("in_channels", 32)),
        out_channels(c.integer("out_channels", 32)),
        heads(c.integer("num_attention_heads", 70)),
        head_width(c.integer("attention_head_dim", 32)),
        cross_heads(c.integer("num_cross_attention_heads", 20)),
        cross_width(cross_heads * c.integer("cross_attention_head_dim", 112)),
        layers(c.integer("num_layers", 20)),
        text_width(c.integer("caption_channels", 2304)),
        patch(c.integer("patch_size", 1)),
        bias(c.flag("attention_bias", false) ? Bias::yes : Bias::no),
        guidance(c.flag("guidance_embeds", false)),
        width(heads * head_width),
        inner(static_cast<std::int64_t>(c.number("mlp_ratio", 2.5) * static_cast<double>(width))) {
    const std::string norm = c.text("qk_norm", "");
    if (!norm.empty() && norm != "rms_norm_across_heads")
      c.refuse("qk_norm", "\"" + norm + "\"", "null or rms_norm_across_heads");
    qk_norm = !norm.empty();
    if (inner <= 0 || inner > Config::largest) c.refuse("mlp_ratio", std::to_string(inner), "a width that fits");
  }
  std::int64_t in_channels, out_channels, heads, head_width, cross_heads, cross_width, layers, text_width, patch;
  Bias bias;
  bool guidance;
  std::int64_t width, inner;
  bool qk_norm = false;
};

constexpr std::int64_t timestep_width = 256;

Tensor projection(Builder& b, std::string_view name, std::string_view norm, const Tensor& x, std::int64_t width,
                  Bias bias, const SanaConfig& c) {
  const Tensor y = b.linear(name, x, width, bias);
  return c.qk_norm ? rms_norm(b, norm, y) : y;
}

// relu(q) (relu(k)^T v), divided by the same product with a row of ones for v.
Tensor linear_attention(Builder& b, const Tensor& x, const SanaConfig& c) {
  auto scope = b.scope("attn1");
  const std::int64_t heads = x.shape[0] * c.heads, tokens = x.shape[1], e = c.head_width;
  const Tensor q = projection(b, "to_q", "norm_q", x, c.width, c.bias, c),
               k = projection(b, "to_k", "norm_k", x, c.width, c.bias, c);
  const Tensor v = b.linear("to_v", x, c.width, c.bias);
  b.activation(Activation::Kind::relu, q);
  b.activation(Activation::Kind::relu, k);
  const Tensor padded = b.pad(b.view(v, {heads, e, tokens}), {heads, e + 1, tokens});
  const Tensor scores = b.matrix_product(padded, b.view(k, {heads, tokens, e}));
  const Tensor mixed = b.matrix_product(scores, b.view(q, {heads, e, tokens}));
  b.add(b.narrow(mixed, 1, 1));  // so that nothing is divided by zero
  const Tensor y = b.elementwise(Elementwise::Kind::div, b.narrow(mixed, 1, e), b.narrow(mixed, 1, 1));
  return linear_of_view(b, "to_out.0", b.view(y, x.shape), c.width);
}

Tensor cross_attention(Builder& b, const Tensor& x, const Tensor& text, bool transposed, const SanaConfig& c) {
  auto scope = b.scope("attn2");
  // Patches reach the first block as a view.
  Tensor q = transposed ? linear_of_view(b, "to_q", x, c.cross_width) : b.linear("to_q", x, c.cross_width);
  if (c.qk_norm) q = rms_norm(b, "norm_q", q);
  const Tensor k = projection(b, "to_k", "norm_k", text, c.cross_width, Bias::yes, c);
  const Tensor mixed = b.clone(b.attention(q, k, b.linear("to_v", text, c.cross_width), c.cross_heads));
  return b.div(b.linear("to_out.0", mixed, c.width));
}

// Feed-forward over the image: 1x1, depthwise 3x3, gate, 1x1.
Tensor mix_feed_forward(Builder& b, const Tensor& tokens, const Call& call, const SanaConfig& c) {
  auto scope = b.scope("ff");
  constexpr ConvolutionOptions pointwise{.kernel = 1, .stride = 1, .padding = 0};
  Tensor x = b.view(tokens, {call.batch, c.width, call.height / c.patch, call.width / c.patch});
  x = b.silu(b.convolution("conv_inverted", x, 2 * c.inner, pointwise));
  x = b.convolution("conv_depth", x, 2 * c.inner, {.groups = 2 * c.inner});
  const Tensor half = b.narrow(x, 1, c.inner);
  x = b.mul(half, b.silu(half));
  x = b.convolution("conv_point", x, c.width, {.kernel = 1, .stride = 1, .padding = 0, .bias = Bias::no});
  return b.view(x, tokens.shape);
}

Tensor block(Builder& b, Tensor x, const Tensor& text, const Tensor& time, bool first, const Call& call,
             const SanaConfig& c) {
  const Tensor mod = table_modulation(b, "scale_shift_table", {6, c.width}, time, c.width);
  x = gated_residual(b, x, linear_attention(b, modulate(b, b.layer_norm("", x), mod), c), mod);
  x = b.add(x, cross_attention(b, x, text, first, c));
  return gated_residual(b, x, mix_feed_forward(b, modulate(b, b.layer_norm("", x), mod), call, c), mod);
}

struct Times {
  Tensor vector, all;
};

Times times(Builder& b, std::int64_t batch, const SanaConfig& c) {
  auto scope = b.scope("time_embed");
  Times t;
  if (c.guidance) {  // SANA-Sprint
    const Tensor time = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, timestep_width), c.width);
    t.vector =
        b.add(time, embedding_mlp(b, "guidance_embedder", timestep_sinusoids(b, batch, timestep_width), c.width));
  } else {
    t.vector = embedding_mlp(b, "emb.timestep_embedder", timestep_sinusoids(b, batch, timestep_width), c.width);
  }
  t.all = b.linear("linear", b.silu(t.vector), 6 * c.width);
  return t;
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const SanaConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const Tensor latents = b.tensor({call.batch, c.in_channels, call.height, call.width});
  Tensor x = patch_tokens(b, "patch_embed.proj", latents, {c.patch, c.patch}, c.width);
  const Times t = times(b, call.batch, c);
  Tensor text =
      text_projection(b, "caption_projection", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width);
  text = rms_norm(b, "caption_norm", text);
  {
    auto blocks = b.repeat("transformer_blocks", 1);
    x = block(b, x, text, t.all, true, call, c);
  }
  if (c.layers > 1) {
    auto blocks = b.repeat("transformer_blocks", c.layers - 1, 1);
    x = block(b, x, text, t.all, false, call, c);
  }
  const Tensor mod = table_modulation(b, "scale_shift_table", {2, c.width}, t.vector, c.width);
  b.linear("proj_out", modulate(b, b.layer_norm("", x), mod), c.patch * c.patch * c.out_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 1); }

}  // namespace

Architecture sana() {
  return {"SANA", {"SanaTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
