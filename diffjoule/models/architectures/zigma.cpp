// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Hu et al., "ZigMa: A DiT-style Zigzag Mamba Diffusion Model", 2024: state-space layers that each scan the image's
// tokens along another path, modulated as in DiT. No checkpoint header or trace is at hand: written after the published
// code.
#include <algorithm>
#include <string>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/mamba_blocks.h"

namespace diffjoule::models {
namespace {

struct ZigmaConfig {
  explicit ZigmaConfig(Config& c)
      : in_channels(c.integer("in_channels", 4)),
        width(c.integer("embed_dim", 768)),
        depth(c.integer("depth", 24)),
        image(c.integer("img_dim", 32)),
        patch(c.integer("patch_size", 1)),
        text_width(c.flag("has_text", false) ? c.integer("d_context", 768) : 0),
        classes(c.integer("num_classes", -1, -1)),
        positions(c.integer("use_pe", 0, 0)),
        scan(c.text("scan_type", "v2")) {
    if (patch > 4096 || image > 4096) c.refuse("img_dim", std::to_string(image), "at most 4096, as patch_size");
    if (depth > 4096) c.refuse("depth", std::to_string(depth), "at most 4096");
    if (c.integer("video_frames", 0, 0) > 0) c.unsupported("video_frames", "a video");
    if (positions > 2) c.unsupported("use_pe", std::to_string(positions));
    for (const char* path : {"zigzagN", "hilbertN", "randomN"}) reorders = reorders || scan.starts_with(path);
    if (!reorders && scan != "v1" && scan != "v2") c.unsupported("scan_type", "\"" + scan + "\"");
  }
  std::int64_t in_channels, width, depth, image, patch, text_width, classes, positions;
  std::string scan;
  bool reorders = false;
};

Tensor mixed(Builder& b, const Tensor& x, const ZigmaConfig& c) {
  auto scope = b.scope("mixer");
  if (c.reorders) b.gather(b.tensor({x.shape[0], x.shape[1], 4 * c.width}), {x.shape[0], x.shape[1], 4 * c.width});
  const Tensor y = mamba_mixer(b, x, {.both_ways = c.scan == "v2"});
  return c.reorders ? b.gather(y, y.shape) : y;
}

Tensor block(Builder& b, Tensor x, const ZigmaConfig& c, const Call& call) {
  const std::int64_t parts = c.text_width > 0 ? 6 : 3;
  const Tensor condition = b.linear("adaLN_modulation.1", b.silu(b.tensor({call.batch, c.width})), parts * c.width);
  const Tensor part = b.view(b.narrow(condition, -1, c.width), {call.batch, 1, c.width});
  x = rms_norm(b, "norm", b.add(x, x));  // with the residual, one fused kernel where its libraries are there
  x = gated_residual(b, x, mixed(b, modulate(b, x, part), c), part);
  if (c.text_width == 0) return x;
  constexpr std::int64_t heads = 8, head_width = 64;
  const Tensor text = b.tensor({call.batch, std::max<std::int64_t>(1, call.text_tokens), c.width});
  const Tensor normed = modulate(b, b.layer_norm("", x), part);
  const Tensor y = attention_layer(b, "msa", normed, text,
                                   {.heads = heads, .width = heads * head_width, .bias = Bias::no, .rescales = false});
  return gated_residual(b, x, y, part);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const ZigmaConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t grid = c.image / c.patch;
  Tensor x;
  {
    auto scope = b.scope("x_embedder");
    x = patch_tokens(b, "proj", b.tensor({call.batch, c.in_channels, call.height, call.width}), {c.patch, c.patch},
                     c.width);
  }
  {
    constexpr std::int64_t step_width = 256;
    auto scope = b.scope("t_embedder.mlp");
    b.linear("2", b.silu(b.linear("0", timestep_sinusoids(b, call.batch, step_width), c.width)), c.width);
  }
  if (c.positions > 0) {
    b.parameter("pos_embed", {1, grid * grid, c.width});
    x = b.add(x, b.tensor({1, x.shape[1], c.width}));
  }
  if (c.text_width > 0)
    b.linear("y_embedder", b.tensor({call.batch, std::max<std::int64_t>(1, call.text_tokens), c.text_width}), c.width);
  else if (c.classes > 0)
    b.embedding("y_embedder.embedding_table", {call.batch}, c.classes, c.width);
  {
    auto blocks = b.repeat("blocks", c.depth);
    x = block(b, x, c, call);
  }
  x = rms_norm(b, "norm_f", b.add(x, x));
  auto scope = b.scope("final_layer");
  b.linear("linear", b.layer_norm("", x), c.patch * c.patch * c.in_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) {
  Config config(document);
  return ZigmaConfig(config).patch;
}

}  // namespace

Architecture zigma() {
  return {"ZigMa state-space model", {"ZigMa"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
