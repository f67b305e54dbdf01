// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// HunyuanVideo: the trunk of FLUX over video tokens, text refined by two small blocks, attention under a mask that the
// arithmetic does not see. Kong et al., "HunyuanVideo", 2024. diffusers HunyuanVideoTransformer3DModel.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/hunyuan_blocks.h"

namespace diffjoule::models {
namespace {

struct HunyuanVideoConfig {
  explicit HunyuanVideoConfig(Config& c)
      : in_channels(c.integer("in_channels", 16)),
        out_channels(c.integer("out_channels", 16)),
        heads{c.integer("num_attention_heads", 24), c.integer("attention_head_dim", 128), Bias::yes, true},
        double_blocks(c.integer("num_layers", 20)),
        single_blocks(c.integer("num_single_layers", 40)),
        refiner_blocks(c.integer("num_refiner_layers", 2)),
        patch(c.integer("patch_size", 2)),
        patch_frames(c.integer("patch_size_t", 1)),
        guidance(c.flag("guidance_embeds", true)),
        text_width(c.integer("text_embed_dim", 4096)),
        pooled_width(c.integer("pooled_projection_dim", 768)),
        rope_axes(c.integers("rope_axes_dim", {16, 56, 56})),
        width(heads.width()) {
    if (rope_axes.size() > 8) c.refuse("rope_axes_dim", std::to_string(rope_axes.size()) + " axes", "at most 8");
  }
  std::int64_t in_channels, out_channels;
  Heads heads;
  std::int64_t double_blocks, single_blocks, refiner_blocks, patch, patch_frames;
  bool guidance;
  std::int64_t text_width, pooled_width;
  std::vector<std::int64_t> rope_axes;
  std::int64_t width;
};

constexpr std::int64_t timestep_width = 256;

Tensor conditioning_vector(Builder& b, std::int64_t batch, const HunyuanVideoConfig& c) {
  auto scope = b.scope("time_text_embed");
  Tensor sum = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, timestep_width), c.width);
  sum = b.add(sum, embedding_mlp(b, "text_embedder", b.tensor({batch, c.pooled_width}), c.width));
  if (!c.guidance) return sum;
  return b.add(sum, embedding_mlp(b, "guidance_embedder", timestep_sinusoids(b, batch, timestep_width), c.width));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const HunyuanVideoConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const Tensor latents = b.tensor({call.batch, c.in_channels, call.frames, call.height, call.width});
  Streams x;
  x.image = patch_tokens(b, "x_embedder.proj", latents, {c.patch_frames, c.patch, c.patch}, c.width);
  rope_table_by_axis(b, x.image.shape[1], c.rope_axes, c.heads.head_width);
  const Tensor vector = conditioning_vector(b, call.batch, c);
  x.text = refined_text(b, "context_embedder", b.tensor({call.batch, call.text_tokens, c.text_width}), c.refiner_blocks,
                        c.heads);
  joint_mask(b, call.batch, x.image.shape[1] + call.text_tokens);
  {
    auto blocks = b.repeat("transformer_blocks", c.double_blocks);
    x = hunyuan_double_block(b, x, vector, c.heads);
  }
  {
    auto blocks = b.repeat("single_transformer_blocks", c.single_blocks);
    x = hunyuan_single_block(b, x, vector, c.heads);
  }
  const Tensor out = modulation(b, "norm_out", vector, 2, c.width);
  b.clone(b.linear("proj_out", modulate(b, b.layer_norm("", x.image), out),
                   c.patch * c.patch * c.patch_frames * c.out_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture hunyuan_video() {
  return {"HunyuanVideo", {"HunyuanVideoTransformer3DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
