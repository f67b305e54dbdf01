// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Z-Image: a single stream of sandwich blocks over text and image, each padded to whole groups of 32 tokens. Tongyi,
// "Z-Image", 2025. diffusers ZImageTransformer2DModel.
#include <algorithm>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/sandwich_blocks.h"

namespace diffjoule::models {
namespace {

struct ZImageConfig {
  explicit ZImageConfig(Config& c)
      : patches(c.integers("all_patch_size", {2})),
        frame_patches(c.integers("all_f_patch_size", {1})),
        in_channels(c.integer("in_channels", 16)),
        width(c.integer("dim", 3840)),
        layers(c.integer("n_layers", 30)),
        refiners(c.integer("n_refiner_layers", 2)),
        heads(c.integer("n_heads", 30)),
        kv_heads(c.integer("n_kv_heads", 30)),
        text_width(c.integer("cap_feat_dim", 2560)) {
    if (patches.size() != 1 || frame_patches.size() != 1)
      c.refuse("all_patch_size", std::to_string(patches.size()) + " sizes", "one patch size");
    patches.resize(1, 2);
    frame_patches.resize(1, 1);
    if (width % heads != 0 || width / heads % 2 != 0)
      c.refuse("dim", std::to_string(width), "an even width for each of " + std::to_string(heads) + " heads");
  }
  [[nodiscard]] std::string suffix() const {
    return "." + std::to_string(patches[0]) + "-" + std::to_string(frame_patches[0]);
  }
  [[nodiscard]] std::int64_t vector_width() const { return std::min<std::int64_t>(width, 256); }
  std::vector<std::int64_t> patches, frame_patches;
  std::int64_t in_channels, width, layers, refiners, heads, kv_heads, text_width;
};

constexpr std::int64_t timestep_width = 256, timestep_inner = 1024;
constexpr std::int64_t group = 32;  // tokens of each stream come in whole groups

std::int64_t grouped(std::int64_t tokens) { return (tokens + group - 1) / group * group; }

SandwichBlock named(const ZImageConfig& c) {
  return {c.width, c.heads, c.kv_heads, c.width / 3 * 8,     "attention", "attention_norm1", "attention_norm2",
          "w1",    "w3",    "w2",       "adaLN_modulation.0"};
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const ZImageConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t tokens = grouped((call.height / c.patches[0]) * (call.width / c.patches[0]));
  const std::int64_t cells = c.patches[0] * c.patches[0] * c.frame_patches[0] * c.in_channels;
  Tensor vector;
  {
    auto scope = b.scope("t_embedder");
    b.mul(b.tensor({call.batch}));  // timesteps x 1000
    const Tensor sinusoids = timestep_sinusoids(b, call.batch, timestep_width);
    vector = b.linear("mlp.2", b.silu(b.linear("mlp.0", sinusoids, timestep_inner)), c.vector_width());
  }
  const SandwichBlock block = named(c);
  b.parameter("x_pad_token", {1, c.width});
  b.parameter("cap_pad_token", {1, c.width});
  Tensor image = b.linear("all_x_embedder" + c.suffix(), b.tensor({call.batch, tokens, cells}), c.width);
  Tensor text = rms_norm(b, "cap_embedder.0", b.tensor({call.batch, grouped(call.text_tokens), c.text_width}));
  text = b.linear("cap_embedder.1", text, c.width);
  {
    auto blocks = b.repeat("noise_refiner", c.refiners);
    image = sandwich_block(b, image, vector, block);
  }
  {
    auto blocks = b.repeat("context_refiner", c.refiners);
    text = sandwich_block(b, text, std::nullopt, block);
  }
  Tensor x = b.concatenate({image, text}, 1);
  {
    auto blocks = b.repeat("layers", c.layers);
    x = sandwich_block(b, x, vector, block);
  }
  auto scope = b.scope("all_final_layer" + c.suffix());
  const Tensor scale = b.view(b.linear("adaLN_modulation.1", b.silu(vector), c.width), {call.batch, 1, c.width});
  b.linear("linear", b.mul(b.layer_norm("", x), b.add(scale)), cells);
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) {
  Config config(document);
  const std::vector<std::int64_t> sizes = config.integers("all_patch_size", {2});
  return sizes.empty() ? 1 : sizes.front();
}

}  // namespace

Architecture z_image() {
  return {"Z-Image", {"ZImageTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
