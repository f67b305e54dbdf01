// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Lumina-Image 2: noise and text refined apart, then one stream of sandwich blocks. Qin et al., "Lumina-Image 2.0",
// 2025. diffusers Lumina2Transformer2DModel.
#include <algorithm>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/sandwich_blocks.h"

namespace diffjoule::models {
namespace {

struct LuminaConfig {
  explicit LuminaConfig(Config& c)
      : patch(c.integer("patch_size", 2)),
        in_channels(c.integer("in_channels", 16)),
        width(c.integer("hidden_size", 2304)),
        layers(c.integer("num_layers", 26)),
        refiners(c.integer("num_refiner_layers", 2)),
        heads(c.integer("num_attention_heads", 24)),
        kv_heads(c.integer("num_kv_heads", 8)),
        multiple(c.integer("multiple_of", 256)),
        text_width(c.integer("cap_feat_dim", 1024)) {
    if (width % heads != 0 || width / heads % 2 != 0)
      c.refuse("hidden_size", std::to_string(width), "an even width for each of " + std::to_string(heads) + " heads");
  }
  [[nodiscard]] std::int64_t vector_width() const { return std::min<std::int64_t>(width, 1024); }
  [[nodiscard]] std::int64_t inner() const { return (4 * width + multiple - 1) / multiple * multiple; }
  std::int64_t patch, in_channels, width, layers, refiners, heads, kv_heads, multiple, text_width;
};

constexpr std::int64_t timestep_width = 256;

SandwichBlock named(const LuminaConfig& c, bool modulated) {
  return {c.width, c.heads,    c.kv_heads, c.inner(),  "attn",        modulated ? "norm1.norm" : "norm1",
          "norm2", "linear_1", "linear_3", "linear_2", "norm1.linear"};
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const LuminaConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t tokens = (call.height / c.patch) * (call.width / c.patch);
  Tensor vector, text;
  {
    auto scope = b.scope("time_caption_embed");
    vector = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, call.batch, timestep_width), c.vector_width());
    text = rms_norm(b, "caption_embedder.0", b.tensor({call.batch, call.text_tokens, c.text_width}));
    text = b.linear("caption_embedder.1", text, c.width);
  }
  const std::int64_t cells = c.patch * c.patch * c.in_channels;
  Tensor image = b.linear("x_embedder", b.clone(b.tensor({call.batch, tokens, cells})), c.width);
  {
    auto blocks = b.repeat("context_refiner", c.refiners);
    text = sandwich_block(b, text, std::nullopt, named(c, false));
  }
  {
    auto blocks = b.repeat("noise_refiner", c.refiners);
    image = sandwich_block(b, image, vector, named(c, true));
  }
  Tensor x = b.copy(b.concatenate({text, image}, 1));
  {
    auto blocks = b.repeat("layers", c.layers);
    x = sandwich_block(b, x, vector, named(c, true));
  }
  auto scope = b.scope("norm_out");
  const Tensor scale = b.view(b.linear("linear_1", b.silu(vector), c.width), {call.batch, 1, c.width});
  b.linear("linear_2", b.mul(b.layer_norm("", x), b.add(scale)), cells);
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture lumina2() {
  return {"Lumina-Image 2", {"Lumina2Transformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
