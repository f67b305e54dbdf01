// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Diffusion Mamba: Teng et al., "DiM: Diffusion Mamba for Efficient High-Resolution Image Synthesis", 2024. A U-shaped
// stack of state-space layers over the image's tokens, with one padding token after every row and tokens for timestep
// and class. No checkpoint header or trace is at hand: written after the published code, checked against the published
// parameter count; the reordering between layers is counted as one gather a layer.
#include <algorithm>
#include <string>
#include <utility>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/mamba_blocks.h"

namespace diffjoule::models {
namespace {

struct DimConfig {
  explicit DimConfig(Config& c)
      : heads(c.integer("num_attention_heads", 1)),
        head_width(c.integer("attention_head_dim", 1536)),
        layers(c.integer("num_layers", 49)),
        in_channels(c.integer("in_channels", 4)),
        out_channels(c.integer("out_channels", 4)),
        sample(c.integer("sample_size", 32)),
        patch(c.integer("patch_size", 2)),
        classes(c.integer("num_embeds_ada_norm", 1000)),
        row_padding(c.flag("use_pad_token", true)) {
    mixer = {c.integer("mamba_d_state", 16), c.integer("mamba_d_conv", 3), c.integer("mamba_expand", 2), false};
    for (const auto& [key, value] :
         {std::pair{"patch_size", patch}, std::pair{"sample_size", sample}, std::pair{"mamba_d_conv", mixer.kernel},
          std::pair{"mamba_expand", mixer.expand}, std::pair{"mamba_d_state", mixer.state}}) {
      if (value > 4096) c.refuse(key, std::to_string(value), "at most 4096");
    }
    if (layers > 4096) c.refuse("num_layers", std::to_string(layers), "at most 4096");
    for (const char* key : {"no_ff", "is_uconnect", "is_extra_tokens", "rms"}) {
      if (!c.flag(key, true)) c.unsupported(key, "false");
    }
    if (c.text("norm_type", "ada_norm_single") != "ada_norm_single") c.unsupported("norm_type", "another");
  }
  [[nodiscard]] std::int64_t width() const { return heads * head_width; }
  std::int64_t heads, head_width, layers, in_channels, out_channels, sample, patch, classes;
  bool row_padding;
  MambaMixer mixer;
};

constexpr std::int64_t extra_tokens = 2;  // of the timestep and the class
constexpr std::int64_t modulations = 3;

Tensor layer(Builder& b, Tensor x, const DimConfig& c, bool joins) {
  const std::int64_t width = c.width();
  if (joins) x = b.add(b.linear("skip_linear.0", b.add(x, x), width), b.linear("skip_linear.1", x, width));
  const Tensor order = b.gather(b.add(x, x), x.shape);  // the residual, in this layer's order of scanning
  b.parameter("scale_shift_table", {modulations, width});
  const Tensor shift = b.tensor({x.shape[0], 1, width});
  b.add(b.tensor({x.shape[0], modulations, width}), b.tensor({1, modulations, width}));
  const Tensor normed = b.add(b.mul(rms_norm(b, "norm1", order), b.add(shift)), shift);
  Tensor mixed;
  {
    auto scope = b.scope("attn1");
    mixed = mamba_mixer(b, normed, c.mixer);
  }
  return b.mul(b.add(shift), mixed);
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const DimConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t width = c.width(), n = call.batch, rows = call.height / c.patch, columns = call.width / c.patch;
  const std::int64_t grid = c.sample / c.patch;
  b.parameter("additional_embed", {1, extra_tokens + grid * grid, width});
  Tensor x;
  {
    auto scope = b.scope("pos_embed");
    x = patch_tokens(b, "proj", b.tensor({n, c.in_channels, call.height, call.width}), {c.patch, c.patch}, width);
  }
  constexpr std::int64_t step_width = 256;
  {
    auto scope = b.scope("adaln_single");
    const Tensor step = embedding_mlp(b, "emb.timestep_embedder", timestep_sinusoids(b, n, step_width), width);
    b.linear("linear", b.silu(step), modulations * width);
  }
  b.embedding("label_emb", {n}, c.classes + 1, width);
  const Tensor own_step = timestep_sinusoids(b, n, width);
  x = b.concatenate({b.view(own_step, {n, 1, width}), b.tensor({n, extra_tokens - 1, width}), x}, 1);
  x = b.add(x, b.tensor({1, x.shape[1], width}));
  if (c.row_padding) x = b.concatenate({x, b.tensor({n, std::max<std::int64_t>(1, rows), width})}, 1);
  const std::int64_t joined = c.layers / 2;  // the last half, of an odd count the smaller, reads the first
  {
    auto blocks = b.repeat("transformer_blocks", c.layers - joined);
    x = layer(b, x, c, false);
  }
  {
    auto blocks = b.repeat("transformer_blocks", joined, c.layers - joined);
    x = layer(b, x, c, true);
  }
  x = b.narrow(x, 1, std::max<std::int64_t>(1, rows * columns));
  const Tensor ends = b.linear("proj_out_1", b.silu(b.tensor({n, width})), 2 * width);
  x = modulate(b, rms_norm(b, "norm_out", x), b.view(b.narrow(ends, -1, width), {n, 1, width}));
  b.linear("proj_out_2", x, c.patch * c.patch * c.out_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) {
  Config config(document);
  return DimConfig(config).patch;
}

}  // namespace

Architecture dim() {
  return {"DiM state-space model",
          {"DiM (Mamba_DiT_H_2)", "DiM (Mamba_DiT_L_2)"},
          Architecture::Role::denoiser,
          build,
          nullptr,
          patch};
}

}  // namespace diffjoule::models
