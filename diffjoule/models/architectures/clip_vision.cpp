// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// CLIP's image tower: patches and a class token. Radford et al., 2021. transformers CLIPVisionModel and
// CLIPVisionModelWithProjection. It runs on images of its own size, whatever the request's.
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/clip_blocks.h"

namespace diffjoule::models {
namespace {

struct ClipVisionConfig {
  explicit ClipVisionConfig(Config& c)
      : width(c.integer("hidden_size", 768)),
        inner(c.integer("intermediate_size", 3072)),
        layers(c.integer("num_hidden_layers", 12)),
        heads(c.integer("num_attention_heads", 12)),
        image(c.integer("image_size", 224)),
        patch(c.integer("patch_size", 32)),
        channels(c.integer("num_channels", 3)),
        projection(c.integer("projection_dim", 512)),
        quick_gelu(c.text("hidden_act", "quick_gelu") == "quick_gelu") {
    if (image < patch) c.refuse("image_size", std::to_string(image), "at least one patch of " + std::to_string(patch));
    for (const std::string& name : c.texts("architectures", {}))
      projected = projected || name == "CLIPVisionModelWithProjection";
  }
  std::int64_t width, inner, layers, heads, image, patch, channels, projection;
  bool quick_gelu;
  bool projected = false;
};

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const ClipVisionConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  Tensor x;
  {
    auto model = b.scope("vision_model");
    {
      auto scope = b.scope("embeddings");
      const Tensor pixels = b.tensor({call.batch, c.channels, c.image, c.image});
      const Tensor patches = b.convolution("patch_embedding", pixels, c.width, Shape{c.patch, c.patch},
                                           Shape{c.patch, c.patch}, Shape{0, 0}, 1, Bias::no);
      const std::int64_t cells = patches.shape[2] * patches.shape[3];
      b.parameter("class_embedding", {c.width});
      x = b.concatenate({b.tensor({call.batch, 1, c.width}), b.view(patches, {call.batch, cells, c.width})}, 1);
      x = b.add(x, b.embedding("position_embedding", {1, cells + 1}, cells + 1, c.width));
    }
    x = b.layer_norm("pre_layrnorm", x);
    {
      auto scope = b.scope("encoder");
      auto blocks = b.repeat("layers", c.layers);
      x = clip_layer(b, x, {c.heads, c.inner, c.quick_gelu, false});
    }
    x = b.layer_norm("post_layernorm", b.view(b.narrow(x, 1, 1), {call.batch, c.width}));
  }
  if (c.projected) b.linear("visual_projection", x, c.projection, Bias::no);
  return finished(b, config);
}

}  // namespace

Architecture clip_vision() {
  return {"CLIP image encoder",
          {"CLIPVisionModelWithProjection", "CLIPVisionModel"},
          Architecture::Role::text_encoder,
          build,
          nullptr,
          nullptr};
}

}  // namespace diffjoule::models
