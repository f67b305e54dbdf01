// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// HunyuanImage 2.1: the trunk of HunyuanVideo over strongly compressed images, with glyphs as a second text. Tencent,
// "HunyuanImage 2.1", 2025. diffusers HunyuanImageTransformer2DModel.
#include <algorithm>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/hunyuan_blocks.h"

namespace diffjoule::models {
namespace {

struct HunyuanImageConfig {
  explicit HunyuanImageConfig(Config& c)
      : in_channels(c.integer("in_channels", 64)),
        out_channels(c.integer("out_channels", 64)),
        heads{c.integer("num_attention_heads", 28), c.integer("attention_head_dim", 128), Bias::yes, true},
        double_blocks(c.integer("num_layers", 20)),
        single_blocks(c.integer("num_single_layers", 40)),
        refiner_blocks(c.integer("num_refiner_layers", 2)),
        patch(c.integers("patch_size", {1, 1}, 2)),
        guidance(c.flag("guidance_embeds", false)),
        mean_flow(c.flag("use_meanflow", false)),
        text_width(c.integer("text_embed_dim", 3584)),
        glyph_width(c.integer("text_embed_2_dim", 0, 0)),
        rope_axes(c.integers("rope_axes_dim", {64, 64})),
        width(heads.width()) {
    if (patch.size() != 2) c.refuse("patch_size", std::to_string(patch.size()) + " numbers", "rows and columns");
    patch.resize(2, 1);
    if (rope_axes.size() > 8) c.refuse("rope_axes_dim", std::to_string(rope_axes.size()) + " axes", "at most 8");
  }
  std::int64_t in_channels, out_channels;
  Heads heads;
  std::int64_t double_blocks, single_blocks, refiner_blocks;
  std::vector<std::int64_t> patch;
  bool guidance, mean_flow;
  std::int64_t text_width, glyph_width;
  std::vector<std::int64_t> rope_axes;
  std::int64_t width;
};

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t glyph_tokens = 128, glyph_inner = 2048;

Tensor conditioning_vector(Builder& b, std::int64_t batch, const HunyuanImageConfig& c) {
  auto scope = b.scope("time_guidance_embed");
  const auto embedded = [&](std::string_view name) {
    return embedding_mlp(b, name, timestep_sinusoids(b, batch, timestep_width), c.width);
  };
  Tensor sum = embedded("timestep_embedder");
  if (c.mean_flow) sum = b.div(b.add(sum, embedded("timestep_embedder_r")));
  if (c.guidance) sum = b.add(sum, embedded("guidance_embedder"));
  return sum;
}

Tensor glyphs(Builder& b, std::int64_t batch, const HunyuanImageConfig& c) {
  auto scope = b.scope("context_embedder_2");
  Tensor x = b.layer_norm("norm", b.tensor({batch, glyph_tokens, c.glyph_width}));
  x = b.gelu(b.linear("linear_1", x, glyph_inner));
  return b.linear("linear_3", b.gelu(b.linear("linear_2", x, glyph_inner)), c.width);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const HunyuanImageConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t prompt = call.text_tokens - (c.glyph_width > 0 ? glyph_tokens : 0);
  if (prompt < 1)
    b.refuse("HunyuanImage attends to " + std::to_string(glyph_tokens) +
             " tokens of glyphs besides the prompt's; text tokens are " + std::to_string(call.text_tokens));
  rope_table_by_axis(b, (call.height / c.patch[0]) * (call.width / c.patch[1]), c.rope_axes, c.heads.head_width);
  const Tensor vector = conditioning_vector(b, call.batch, c);
  const Tensor latents = b.tensor({call.batch, c.in_channels, call.height, call.width});
  Streams x;
  x.image = patch_tokens(b, "x_embedder.proj", latents, {c.patch[0], c.patch[1]}, c.width);
  x.text = refined_text(b, "context_embedder", b.tensor({call.batch, std::max<std::int64_t>(1, prompt), c.text_width}),
                        c.refiner_blocks, c.heads);
  if (c.glyph_width > 0) x.text = b.concatenate({glyphs(b, call.batch, c), x.text}, 1);
  {
    auto blocks = b.repeat("transformer_blocks", c.double_blocks);
    x = hunyuan_double_block(b, x, vector, c.heads);
  }
  {
    auto blocks = b.repeat("single_transformer_blocks", c.single_blocks);
    x = hunyuan_single_block(b, x, vector, c.heads);
  }
  const Tensor out = modulation(b, "norm_out", vector, 2, c.width);
  b.clone(b.linear("proj_out", modulate(b, b.layer_norm("", x.image), out), c.patch[0] * c.patch[1] * c.out_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) {
  Config config(document);
  const std::vector<std::int64_t> sides = config.integers("patch_size", {1, 1}, 2);
  return sides.empty() ? 1 : sides.back();
}

}  // namespace

Architecture hunyuan_image() {
  return {"HunyuanImage 2.1", {"HunyuanImageTransformer2DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
