// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// HunyuanVideo 1.5: double blocks only, with three texts side by side: a language model's, glyphs' and an image's,
// padding included. Tencent, "HunyuanVideo 1.5 Technical Report", 2025. diffusers HunyuanVideo15Transformer3DModel.
#include <algorithm>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/hunyuan_blocks.h"

namespace diffjoule::models {
namespace {

struct HunyuanVideo15Config {
  explicit HunyuanVideo15Config(Config& c)
      : in_channels(c.integer("in_channels", 65)),
        out_channels(c.integer("out_channels", 32)),
        heads{c.integer("num_attention_heads", 16), c.integer("attention_head_dim", 128), Bias::yes, true},
        layers(c.integer("num_layers", 54)),
        refiner_blocks(c.integer("num_refiner_layers", 2)),
        patch(c.integer("patch_size", 1)),
        patch_frames(c.integer("patch_size_t", 1)),
        text_width(c.integer("text_embed_dim", 3584)),
        glyph_width(c.integer("text_embed_2_dim", 1472)),
        image_width(c.integer("image_embed_dim", 1152)),
        rope_axes(c.integers("rope_axes_dim", {16, 56, 56})),
        width(heads.width()) {
    if (rope_axes.size() > 8) c.refuse("rope_axes_dim", std::to_string(rope_axes.size()) + " axes", "at most 8");
    if (c.flag("use_meanflow", false)) c.unsupported("use_meanflow", "true");
  }
  std::int64_t in_channels, out_channels;
  Heads heads;
  std::int64_t layers, refiner_blocks, patch, patch_frames, text_width, glyph_width, image_width;
  std::vector<std::int64_t> rope_axes;
  std::int64_t width;
};

constexpr std::int64_t timestep_width = 256;
constexpr std::int64_t glyph_tokens = 256, image_tokens = 729;  // always there, masked where empty
constexpr std::int64_t sources = 3;

Tensor glyphs(Builder& b, std::int64_t batch, const HunyuanVideo15Config& c) {
  auto scope = b.scope("context_embedder_2");
  Tensor x = b.layer_norm("norm", b.tensor({batch, glyph_tokens, c.glyph_width}));
  x = b.gelu(b.linear("linear_1", x, c.width));
  return b.linear("linear_3", b.gelu(b.linear("linear_2", x, c.width)), c.width);
}

Tensor image_condition(Builder& b, std::int64_t batch, const HunyuanVideo15Config& c) {
  auto scope = b.scope("image_embedder");
  Tensor x = b.layer_norm("norm_in", b.tensor({batch, image_tokens, c.image_width}));
  x = b.gelu(b.linear("linear_1", x, c.image_width));
  return b.layer_norm("norm_out", b.linear("linear_2", x, c.width));
}

// Each source is marked by a learnt vector.
Tensor marked(Builder& b, const Tensor& x, const HunyuanVideo15Config& c) {
  return b.add(x, b.embedding("cond_type_embed", {x.shape[0], x.shape[1]}, sources, c.width));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const HunyuanVideo15Config c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t prompt = call.text_tokens - glyph_tokens - image_tokens;
  if (prompt < 1)
    b.refuse("HunyuanVideo 1.5 attends to " + std::to_string(glyph_tokens + image_tokens) +
             " tokens of glyphs and image besides the prompt's; text tokens are " + std::to_string(call.text_tokens));
  const Tensor latents = b.tensor({call.batch, c.in_channels, call.frames, call.height, call.width});
  Streams x;
  rope_table_by_axis(b, call.frames * call.height * call.width, c.rope_axes, c.heads.head_width);
  Tensor vector;
  {
    auto scope = b.scope("time_embed");
    vector = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, call.batch, timestep_width), c.width);
  }
  x.image = patch_tokens(b, "x_embedder.proj", latents, {c.patch_frames, c.patch, c.patch}, c.width);
  const Tensor text = marked(
      b,
      refined_text(b, "context_embedder", b.tensor({call.batch, std::max<std::int64_t>(1, prompt), c.text_width}),
                   c.refiner_blocks, c.heads),
      c);
  const Tensor glyph = marked(b, glyphs(b, call.batch, c), c);
  const Tensor image = marked(b, image_condition(b, call.batch, c), c);
  x.text = b.gather(b.concatenate({image, glyph, text}, 1),
                    {call.batch, std::max<std::int64_t>(1, call.text_tokens), c.width});
  const std::int64_t tokens = x.image.shape[1] + x.text.shape[1];
  {
    auto blocks = b.repeat("transformer_blocks", c.layers);
    const Tensor mask{{call.batch, tokens, tokens}, DType::boolean};
    b.pad(Tensor{{call.batch, x.text.shape[1]}, DType::boolean}, {call.batch, tokens});
    b.repeat_rows(mask);
    b.elementwise(Elementwise::Kind::bitwise_and, mask, mask);
    x = hunyuan_double_block(b, x, vector, c.heads);
  }
  const Tensor out = modulation(b, "norm_out", vector, 2, c.width);
  b.linear("proj_out", modulate(b, b.layer_norm("", x.image), out),
           c.patch * c.patch * c.patch_frames * c.out_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 1); }

}  // namespace

Architecture hunyuan_video15() {
  return {
      "HunyuanVideo 1.5", {"HunyuanVideo15Transformer3DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
