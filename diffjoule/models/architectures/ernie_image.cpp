// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// ERNIE-Image: one stream of image and text under one modulation, gated GELU feed-forwards. Baidu, 2026. diffusers
// ErnieImageTransformer2DModel; the published config calls the class ERNIEImageModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"

namespace diffjoule::models {
namespace {

struct ErnieConfig {
  explicit ErnieConfig(Config& c)
      : width(c.integer("hidden_size", 3072)),
        heads(c.integer("num_attention_heads", 24)),
        layers(c.integer("num_layers", 24)),
        inner(c.integer("ffn_hidden_size", 8192)),
        in_channels(c.integer("in_channels", 128)),
        out_channels(c.integer("out_channels", 128)),
        patch(c.integer("patch_size", 1)),
        text_width(c.integer("text_in_dim", 2560)),
        qk_norm(c.flag("qk_layernorm", true)) {
    if (width % heads != 0 || width / heads % 2 != 0)
      c.refuse("hidden_size", std::to_string(width), "an even width for each of " + std::to_string(heads) + " heads");
  }
  std::int64_t width, heads, layers, inner, in_channels, out_channels, patch, text_width;
  bool qk_norm;
};

Tensor rotate_halves(Builder& b, const Tensor& x) {
  const Tensor half = b.narrow(x, -1, x.shape[-1] / 2);
  const Tensor turned = b.concatenate({b.elementwise(Elementwise::Kind::neg, half), half}, -1);
  return b.concatenate({b.add(b.mul(x, x), b.mul(turned, x))}, -1);
}

Tensor attention(Builder& b, const Tensor& x, const ErnieConfig& c) {
  auto scope = b.scope("self_attention");
  const std::int64_t head = c.width / c.heads;
  const auto normed = [&](std::string_view name, std::string_view norm) {
    const Tensor y = b.linear(name, x, c.width, Bias::no);
    if (!c.qk_norm) return rotate_halves(b, y);
    return rotate_halves(b, b.view(rms_norm(b, norm, b.view(y, {y.shape[0], y.shape[1], c.heads, head})), y.shape));
  };
  const Tensor q = normed("to_q", "norm_q"), k = normed("to_k", "norm_k"), v = b.linear("to_v", x, c.width, Bias::no);
  return b.linear("to_out.0", b.clone(b.attention(q, k, v, c.heads, {.masked = true})), c.width, Bias::no);
}

Tensor gated_feed_forward(Builder& b, const Tensor& x, const ErnieConfig& c) {
  auto scope = b.scope("mlp");
  const Tensor up = b.linear("up_proj", x, c.inner, Bias::no);
  return b.linear("linear_fc2", b.mul(up, b.gelu(b.linear("gate_proj", x, c.inner, Bias::no))), c.width, Bias::no);
}

Tensor layer(Builder& b, const Tensor& x, const Tensor& mod, const ErnieConfig& c) {
  const Tensor y = gated_residual(b, x, attention(b, modulate(b, rms_norm(b, "adaLN_sa_ln", x), mod), c), mod);
  return gated_residual(b, y, gated_feed_forward(b, modulate(b, rms_norm(b, "adaLN_mlp_ln", y), mod), c), mod);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const ErnieConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const Tensor latents = b.tensor({call.batch, c.in_channels, call.height, call.width});
  const Tensor image = b.clone(patch_tokens(b, "x_embedder.proj", latents, {c.patch, c.patch}, c.width));
  Tensor text = b.tensor({call.batch, call.text_tokens, c.text_width});
  if (c.text_width != c.width) text = b.linear("text_proj", text, c.width, Bias::no);
  Tensor x = b.concatenate({image, b.clone(text)}, 1);
  const Tensor vector = embedding_mlp(b, "time_embedding", timestep_sinusoids(b, call.batch, c.width), c.width);
  const Tensor all = b.linear("adaLN_modulation.1", b.silu(vector), 6 * c.width);
  const Tensor mod = b.view(b.narrow(all, -1, c.width), {call.batch, 1, c.width});
  {
    auto layers = b.repeat("layers", c.layers);
    x = layer(b, x, mod, c);
  }
  x = b.narrow(x, 1, image.shape[1]);
  const Tensor out = b.linear("final_norm.linear", vector, 2 * c.width);
  x = modulate(b, b.layer_norm("", x), b.view(b.narrow(out, -1, c.width), {call.batch, 1, c.width}));
  b.clone(b.linear("final_linear", x, c.patch * c.patch * c.out_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 1); }

}  // namespace

Architecture ernie_image() {
  return {
      "ERNIE-Image", {"ErnieImageTransformer2DModel", "ERNIEImageModel"}, Architecture::Role::denoiser, build, nullptr,
      patch};
}

}  // namespace diffjoule::models
