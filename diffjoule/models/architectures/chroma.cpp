// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Chroma: the trunk of FLUX.1 without the blocks' own modulation layers; a small network makes the vectors of all
// blocks at once, every forward. Rock, "Chroma", 2025. diffusers ChromaTransformer2DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/joint_blocks.h"

namespace diffjoule::models {
namespace {

struct ChromaConfig {
  explicit ChromaConfig(Config& c)
      : in_channels(c.integer("in_channels", 64)),
        out_channels(c.integer("out_channels", in_channels)),
        double_blocks(c.integer("num_layers", 19)),
        single_blocks(c.integer("num_single_layers", 38)),
        heads{c.integer("num_attention_heads", 24), c.integer("attention_head_dim", 128)},
        text_width(c.integer("joint_attention_dim", 4096)),
        rope_axes(c.integers("axes_dims_rope", {16, 56, 56})),
        sinusoid_width(c.integer("approximator_in_factor", 16)),
        approximator_width(c.integer("approximator_hidden_dim", 5120)),
        approximator_layers(c.integer("approximator_layers", 5)),
        width(heads.width()) {
    if (rope_axes.size() > 8) c.refuse("axes_dims_rope", std::to_string(rope_axes.size()) + " axes", "at most 8");
  }
  // Three for a single block, six for each stream of a double one, two for the output.
  [[nodiscard]] std::int64_t vectors() const { return 3 * single_blocks + 12 * double_blocks + 2; }
  std::int64_t in_channels, out_channels, double_blocks, single_blocks;
  Heads heads;
  std::int64_t text_width;
  std::vector<std::int64_t> rope_axes;
  std::int64_t sinusoid_width, approximator_width, approximator_layers, width;
};

constexpr std::int64_t packing = 2;  // latent rows and columns in a token
constexpr std::int64_t mlp_ratio = 4;

// All modulation vectors from timestep, guidance and their own number.
Tensor approximated_vectors(Builder& b, std::int64_t batch, const ChromaConfig& c) {
  b.mul(b.tensor({batch}));  // timesteps x 1000
  const Tensor time = timestep_sinusoids(b, batch, c.sinusoid_width);
  const Tensor guidance = timestep_sinusoids(b, batch, c.sinusoid_width);
  b.cast(Tensor{{batch}, DType::float64}, DType::float32);
  b.cast(Tensor{guidance.shape, DType::float64}, DType::float32);
  const Tensor numbers = b.repeat_rows(b.tensor({batch, c.vectors(), 2 * c.sinusoid_width}));
  b.concatenate({time, guidance}, 1);
  const Tensor both = b.repeat_rows(b.tensor({batch, c.vectors(), 2 * c.sinusoid_width}));
  const Tensor in = b.concatenate({both, numbers}, -1);
  auto scope = b.scope("distilled_guidance_layer");
  Tensor x = b.linear("in_proj", in, c.approximator_width);
  {
    Tensor normed;
    {
      auto norms = b.repeat("norms", c.approximator_layers);
      b.parameter("weight", {c.approximator_width});
      normed = b.mul(rms_norm(b, "", x), b.tensor({c.approximator_width}));
    }
    auto layers = b.repeat("layers", c.approximator_layers);
    x = b.add(x,
              b.linear("linear_2", b.silu(b.linear("linear_1", normed, c.approximator_width)), c.approximator_width));
  }
  return b.narrow(b.linear("out_proj", x, c.width), 1, 1);
}

Streams double_block(Builder& b, const Streams& x, const Tensor& vectors, const ChromaConfig& c) {
  const Tensor mod = b.narrow(b.concatenate({Tensor{{x.image.shape[0], 12, c.width}, vectors.dtype}}, 1), 1, 1);
  const Streams attended = joint_attention(
      b, "attn", {modulate(b, b.layer_norm("", x.image), mod), modulate(b, b.layer_norm("", x.text), mod)}, c.heads);
  const Streams y{gated_residual(b, x.image, attended.image, mod), gated_residual(b, x.text, attended.text, mod)};
  const Tensor image = feed_forward(b, "ff", modulate(b, b.layer_norm("", y.image), mod), mlp_ratio * c.width);
  const Tensor text = feed_forward(b, "ff_context", modulate(b, b.layer_norm("", y.text), mod), mlp_ratio * c.width);
  return {gated_residual(b, y.image, image, mod), gated_residual(b, y.text, text, mod)};
}

Tensor single_block(Builder& b, const Tensor& x, const Tensor& mod, const ChromaConfig& c) {
  const Tensor normed = modulate(b, b.layer_norm("", x), mod);
  const Tensor inner = b.gelu(b.linear("proj_mlp", normed, mlp_ratio * c.width));
  Tensor attended;
  {
    auto scope = b.scope("attn");
    const Tensor q = rotate_pairs(b, normed_projection(b, "to_q", "norm_q", normed, c.heads), c.heads);
    const Tensor k = rotate_pairs(b, normed_projection(b, "to_k", "norm_k", normed, c.heads), c.heads);
    attended = b.clone(b.attention(q, k, b.linear("to_v", normed, c.width), c.heads.count));
  }
  return gated_residual(b, x, b.linear("proj_out", b.concatenate({attended, inner}, 2), c.width), mod);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const ChromaConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t tokens = (call.height / packing) * (call.width / packing);
  Streams x;
  x.image = b.linear("x_embedder", b.tensor({call.batch, tokens, c.in_channels}), c.width);
  const Tensor mod = approximated_vectors(b, call.batch, c);
  x.text = b.linear("context_embedder", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width);
  b.concatenate({b.tensor({tokens + call.text_tokens, 3})}, 0);  // positions of text and image
  rope_table(b, tokens + call.text_tokens, c.rope_axes, c.heads.head_width);
  {
    auto blocks = b.repeat("transformer_blocks", c.double_blocks);
    x = double_block(b, x, mod, c);
  }
  Tensor joined = b.concatenate({x.text, x.image}, 1);
  {
    auto blocks = b.repeat("single_transformer_blocks", c.single_blocks);
    joined = single_block(b, joined, mod, c);
  }
  const Tensor image = b.narrow(joined, 1, tokens);
  b.linear("proj_out", modulate(b, b.layer_norm("", image), mod), c.out_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document&) { return packing; }

}  // namespace

Architecture chroma() {
  return {"Chroma", {"ChromaTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
