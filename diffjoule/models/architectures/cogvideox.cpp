// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// CogVideoX: text and video in one sequence through one set of weights, told apart by modulations of their own
// ("expert" layer norms). Yang et al., "CogVideoX", 2024. diffusers CogVideoXTransformer3DModel.
#include <algorithm>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/joint_blocks.h"

namespace diffjoule::models {
namespace {

struct CogVideoConfig {
  explicit CogVideoConfig(Config& c)
      : heads{c.integer("num_attention_heads", 30), c.integer("attention_head_dim", 64)},
        in_channels(c.integer("in_channels", 16)),
        out_channels(c.integer("out_channels", 16)),
        time_width(c.integer("time_embed_dim", 512)),
        text_width(c.integer("text_embed_dim", 4096)),
        layers(c.integer("num_layers", 30)),
        patch(c.integer("patch_size", 2)),
        patch_frames(c.integer("patch_size_t", 0, 0)),
        rotary(c.flag("use_rotary_positional_embeddings", false)),
        learnt_positions(c.flag("use_learned_positional_embeddings", false)),
        sample_rows(c.integer("sample_height", 60)),
        sample_columns(c.integer("sample_width", 90)),
        sample_frames(c.integer("sample_frames", 49)),
        compression(c.integer("temporal_compression_ratio", 4)),
        most_text(c.integer("max_text_seq_length", 226)),
        patch_bias(c.flag("patch_bias", true) ? Bias::yes : Bias::no),
        width(heads.width()) {}
  Heads heads;
  std::int64_t in_channels, out_channels, time_width, text_width, layers, patch, patch_frames;
  bool rotary, learnt_positions;
  std::int64_t sample_rows, sample_columns, sample_frames, compression, most_text;
  Bias patch_bias;
  std::int64_t width;
};

Streams embedded(Builder& b, const Call& call, const CogVideoConfig& c) {
  auto scope = b.scope("patch_embed");
  const Tensor text = b.linear("text_proj", b.tensor({call.batch, call.text_tokens, c.text_width}), c.width);
  const std::int64_t rows = call.height / c.patch, columns = call.width / c.patch;
  Tensor image;
  if (c.patch_frames == 0) {  // frame by frame
    const Tensor frames = b.tensor({call.batch * call.frames, c.in_channels, call.height, call.width});
    image = b.convolution("proj", frames, c.width, Shape{c.patch, c.patch}, Shape{c.patch, c.patch}, Shape{0, 0}, 1,
                          c.patch_bias);
    image = b.clone(b.view(image, {call.batch, call.frames * rows * columns, c.width}));
  } else {
    const std::int64_t tokens = call.frames / c.patch_frames * rows * columns;
    const std::int64_t cells = c.patch_frames * c.patch * c.patch * c.in_channels;
    image = b.linear("proj", b.clone(b.tensor({call.batch, tokens, cells})), c.width);
  }
  const Tensor joined = b.concatenate({text, image}, 1);
  if (!c.rotary || c.learnt_positions) {
    b.add(joined, b.cast(Tensor{{1, joined.shape[1], c.width}, DType::float64}, call.dtype));
    if (c.learnt_positions) {
      const std::int64_t frames = (c.sample_frames - 1) / c.compression + 1;
      const std::int64_t stored = c.sample_rows / c.patch * (c.sample_columns / c.patch) * frames + c.most_text;
      b.buffer("pos_embedding", {1, stored, c.width});
    }
  }
  return {image, text};
}

// Modulated norms of both streams, and gates.
struct Expert {
  Streams normed;
  Tensor gate;
};

Expert expert_norm(Builder& b, std::string_view name, const Streams& x, const Tensor& vector) {
  auto scope = b.scope(name);
  const std::int64_t width = x.image.shape[-1];
  const Tensor all = b.linear("linear", b.silu(vector), 6 * width);
  const Tensor mod = b.view(b.narrow(all, -1, width), {all.shape[0], 1, width});
  return {{modulate(b, b.layer_norm("norm", x.image), mod), modulate(b, b.layer_norm("norm", x.text), mod)}, mod};
}

Streams block(Builder& b, Streams x, const Tensor& vector, const CogVideoConfig& c) {
  constexpr std::int64_t mlp_ratio = 4;
  const std::int64_t tokens = x.image.shape[1], text_tokens = x.text.shape[1];
  const Expert first = expert_norm(b, "norm1", x, vector);
  Tensor attended;
  {
    auto scope = b.scope("attn1");
    const Tensor joined = b.concatenate({first.normed.text, first.normed.image}, 1);
    const auto normed = [&](std::string_view projection, std::string_view norm) {
      const Tensor y = b.linear(projection, joined, c.width);
      const Tensor z = b.layer_norm(norm, b.view(y, {y.shape[0], y.shape[1], c.heads.count, c.heads.head_width}));
      if (c.rotary) b.copy(rotate_pairs(b, b.narrow(b.view(z, y.shape), 1, tokens), c.heads));
      return b.view(z, y.shape);
    };
    const Tensor q = normed("to_q", "norm_q"), k = normed("to_k", "norm_k");
    const Tensor mixed = b.clone(b.attention(q, k, b.linear("to_v", joined, c.width), c.heads.count));
    attended = b.linear("to_out.0", mixed, c.width);
  }
  x = {gated_residual(b, x.image, b.narrow(attended, 1, tokens), first.gate),
       gated_residual(b, x.text, b.narrow(attended, 1, text_tokens), first.gate)};
  const Expert second = expert_norm(b, "norm2", x, vector);
  const Tensor y =
      feed_forward(b, "ff", b.concatenate({second.normed.text, second.normed.image}, 1), mlp_ratio * c.width);
  return {gated_residual(b, x.image, b.narrow(y, 1, tokens), second.gate),
          gated_residual(b, x.text, b.narrow(y, 1, text_tokens), second.gate)};
}

Result<Graph> build(const io::Document& document, const Call& given) {
  Config config(document);
  const CogVideoConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Call call = given;
  if (c.patch_frames > 0)  // the pipeline adds latent frames until they fill the patches
    call.frames = (call.frames + c.patch_frames - 1) / c.patch_frames * c.patch_frames;
  Builder b(call.dtype);
  Tensor vector;
  {
    const Tensor sinusoids = timestep_sinusoids(b, call.batch, c.width);
    vector = embedding_mlp(b, "time_embedding", sinusoids, c.time_width);
  }
  Streams x = embedded(b, call, c);
  {
    auto blocks = b.repeat("transformer_blocks", c.layers);
    x = block(b, x, vector, c);
  }
  Tensor y = b.layer_norm("norm_final", x.image);
  {
    auto scope = b.scope("norm_out");
    const Tensor all = b.linear("linear", b.silu(vector), 2 * c.width);
    y = modulate(b, b.layer_norm("norm", y), b.view(b.narrow(all, -1, c.width), {all.shape[0], 1, c.width}));
  }
  const std::int64_t cells = c.patch * c.patch * std::max<std::int64_t>(1, c.patch_frames);
  b.clone(b.linear("proj_out", y, cells * c.out_channels));
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture cogvideox() {
  return {"CogVideoX", {"CogVideoXTransformer3DModel"}, Architecture::Role::denoiser, build, nullptr, patch};
}

}  // namespace diffjoule::models
