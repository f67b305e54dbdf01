// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// HiDream-I1: double and single blocks whose feed-forward is a mixture of experts, with every layer of a language model
// as text. Cai et al., "HiDream-I1", 2025. diffusers HiDreamImageTransformer2DModel.
#include <algorithm>
#include <string>

#include "diffjoule/models/architecture.h"
#include "diffjoule/models/blocks.h"
#include "diffjoule/models/joint_blocks.h"

namespace diffjoule::models {
namespace {

struct HiDreamConfig {
  explicit HiDreamConfig(Config& c)
      : patch(c.integer("patch_size", 2)),
        in_channels(c.integer("in_channels", 64)),
        out_channels(c.integer("out_channels", in_channels)),
        double_blocks(c.integer("num_layers", 16)),
        single_blocks(c.integer("num_single_layers", 32)),
        heads{c.integer("num_attention_heads", 20), c.integer("attention_head_dim", 128)},
        captions(c.integers("caption_channels", {4096, 4096})),
        pooled_width(c.integer("text_emb_dim", 2048)),
        experts(c.integer("num_routed_experts", 4)),
        chosen(c.integer("num_activated_experts", 2)),
        rope_axes(c.integers("axes_dims_rope", {32, 32})),
        width(heads.width()) {
    if (captions.size() != 2)
      c.refuse("caption_channels", std::to_string(captions.size()) + " widths", "T5's and Llama's");
    captions.resize(2, 1);
    if (chosen > experts)
      c.refuse("num_activated_experts", std::to_string(chosen), "at most " + std::to_string(experts));
    if (rope_axes.size() > 8) c.refuse("axes_dims_rope", std::to_string(rope_axes.size()) + " axes", "at most 8");
  }
  std::int64_t patch, in_channels, out_channels, double_blocks, single_blocks;
  Heads heads;
  std::vector<std::int64_t> captions;
  std::int64_t pooled_width, experts, chosen;
  std::vector<std::int64_t> rope_axes;
  std::int64_t width;
};

constexpr std::int64_t timestep_width = 256;

// Two thirds of `wide`, rounded up to a multiple of 256.
std::int64_t inner_width(std::int64_t wide) { return (2 * wide / 3 + 255) / 256 * 256; }

Tensor gated_feed_forward(Builder& b, const Tensor& x, std::int64_t inner) {
  const Tensor gate = b.silu(b.linear("w1", x, inner, Bias::no));
  return b.linear("w2", b.mul(gate, b.linear("w3", x, inner, Bias::no)), x.shape[-1], Bias::no);
}

// Every token goes to `chosen` of the experts and to one that all share. The work does not depend on who goes where;
// counted is an even share for each expert.
Tensor mixture(Builder& b, std::string_view name, const Tensor& x, const HiDreamConfig& c) {
  auto scope = b.scope(name);
  const std::int64_t tokens = x.shape[0] * x.shape[1], routed = c.chosen * tokens, inner = inner_width(4 * c.width);
  Tensor shared;
  {
    auto all = b.scope("shared_experts");
    shared = gated_feed_forward(b, x, inner_width(2 * c.width));
  }
  b.softmax(b.linear("gate", b.view(x, {tokens, c.width}), c.experts, Bias::no));
  const std::int64_t more = routed % c.experts;  // experts that take one token more
  if (more > 0) {
    auto list = b.repeat("experts", more);
    (void)gated_feed_forward(b, b.tensor({routed / c.experts + 1, c.width}), inner);
  }
  if (more < c.experts) {
    auto list = b.repeat("experts", c.experts - more, more);
    (void)gated_feed_forward(b, b.tensor({std::max<std::int64_t>(1, routed / c.experts), c.width}), inner);
  }
  return b.add(x, shared);
}

struct Projected {
  Tensor q, k, v;
};

Projected projected(Builder& b, const Tensor& x, std::string_view suffix, const HiDreamConfig& c) {
  const auto named = [&suffix](const char* name) { return std::string(name).append(suffix); };
  return {rms_norm(b, named("q_rms_norm"), b.linear(named("to_q"), x, c.width)),
          rms_norm(b, named("k_rms_norm"), b.linear(named("to_k"), x, c.width)), b.linear(named("to_v"), x, c.width)};
}

// Each pair times a 2 x 2 rotation.
Tensor rotate_by_matrix(Builder& b, const Tensor& x) { return b.add(b.mul(x, x), b.mul(x, x)); }

Tensor attend(Builder& b, const Projected& p, const HiDreamConfig& c) {
  return b.clone(b.attention(rotate_by_matrix(b, p.q), rotate_by_matrix(b, p.k), p.v, c.heads.count));
}

Tensor modulation_of(Builder& b, const Tensor& vector, std::int64_t parts, const HiDreamConfig& c) {
  const Tensor all = b.linear("adaLN_modulation.1", b.silu(vector), parts * c.width);
  return b.view(b.narrow(all, -1, c.width), {all.shape[0], 1, c.width});
}

Streams double_block(Builder& b, const Streams& x, const Tensor& vector, const HiDreamConfig& c) {
  const Tensor mod = modulation_of(b, vector, 12, c);
  const Tensor image_in = modulate(b, b.layer_norm("", x.image), mod),
               text_in = modulate(b, b.layer_norm("", x.text), mod);
  Streams attended;
  {
    auto scope = b.scope("attn1");
    const Projected i = projected(b, image_in, "", c), t = projected(b, text_in, "_t", c);
    const Tensor mixed =
        attend(b, {b.concatenate({i.q, t.q}, 1), b.concatenate({i.k, t.k}, 1), b.concatenate({i.v, t.v}, 1)}, c);
    attended.image = b.linear("to_out", b.narrow(mixed, 1, image_in.shape[1]), c.width);
    attended.text = b.linear("to_out_t", b.narrow(mixed, 1, text_in.shape[1]), c.width);
  }
  const Streams y{gated_residual(b, x.image, attended.image, mod), gated_residual(b, x.text, attended.text, mod)};
  const Tensor image = mixture(b, "ff_i", modulate(b, b.layer_norm("", y.image), mod), c);
  Tensor text = modulate(b, b.layer_norm("", y.text), mod);
  {
    auto scope = b.scope("ff_t");
    text = gated_feed_forward(b, text, inner_width(4 * c.width));
  }
  return {gated_residual(b, y.image, image, mod), gated_residual(b, y.text, text, mod)};
}

Tensor single_block(Builder& b, const Tensor& x, const Tensor& vector, const HiDreamConfig& c) {
  const Tensor mod = modulation_of(b, vector, 6, c);
  Tensor attended;
  {
    const Tensor normed = modulate(b, b.layer_norm("", x), mod);
    auto scope = b.scope("attn1");
    attended = b.linear("to_out", attend(b, projected(b, normed, "", c), c), c.width);
  }
  const Tensor y = gated_residual(b, x, attended, mod);
  return gated_residual(b, y, mixture(b, "ff_i", modulate(b, b.layer_norm("", y), mod), c), mod);
}

Tensor conditioning_vector(Builder& b, std::int64_t batch, const HiDreamConfig& c) {
  Tensor time;
  {
    auto scope = b.scope("t_embedder");
    time = embedding_mlp(b, "timestep_embedder", timestep_sinusoids(b, batch, timestep_width), c.width);
  }
  auto scope = b.scope("p_embedder");
  return b.add(time, embedding_mlp(b, "pooled_embedder", b.tensor({batch, c.pooled_width}), c.width));
}

Result<Graph> build(const io::Document& document, const Call& call) {
  Config config(document);
  const HiDreamConfig c(config);
  if (config.problem()) return tl::unexpected<Error>(*config.problem());
  Builder b(call.dtype);
  const std::int64_t tokens = (call.height / c.patch) * (call.width / c.patch);
  const Tensor vector = conditioning_vector(b, call.batch, c);
  const std::int64_t prompt = std::max<std::int64_t>(1, call.text_tokens / 2);  // tokens of T5, and as many of Llama
  {
    auto list = b.repeat("caption_projection", c.double_blocks + c.single_blocks);
    b.linear("linear", b.tensor({call.batch, prompt, c.captions[1]}), c.width, Bias::no);
  }
  {
    auto last = b.repeat("caption_projection", 1, c.double_blocks + c.single_blocks);
    b.linear("linear", b.tensor({call.batch, prompt, c.captions[0]}), c.width, Bias::no);
  }
  rope_table(b, tokens + 3 * prompt, c.rope_axes, c.heads.head_width);
  const Tensor initial =
      b.concatenate({b.tensor({call.batch, prompt, c.width}), b.tensor({call.batch, prompt, c.width})}, 1);
  const Tensor layer = b.tensor({call.batch, prompt, c.width});  // the block's own layer of Llama
  Tensor image =
      b.linear("x_embedder.proj", b.tensor({call.batch, tokens, c.patch * c.patch * c.in_channels}), c.width);
  {
    auto blocks = b.repeat("double_stream_blocks", c.double_blocks);
    auto inside = b.scope("block");
    image = double_block(b, {image, b.concatenate({initial, layer}, 1)}, vector, c).image;
  }
  Tensor x = b.concatenate({image, initial}, 1);
  {
    auto blocks = b.repeat("single_stream_blocks", c.single_blocks);
    auto inside = b.scope("block");
    x = b.narrow(single_block(b, b.concatenate({x, layer}, 1), vector, c), 1, x.shape[1]);
  }
  auto scope = b.scope("final_layer");
  const Tensor mod = modulation_of(b, vector, 2, c);
  b.linear("linear", modulate(b, b.layer_norm("", b.narrow(x, 1, tokens)), mod), c.patch * c.patch * c.out_channels);
  return finished(b, config);
}

std::int64_t patch(const io::Document& document) { return Config(document).integer("patch_size", 2); }

}  // namespace

Architecture hidream() {
  return {"HiDream-I1 mixture-of-experts transformer",
          {"HiDreamImageTransformer2DModel"},
          Architecture::Role::denoiser,
          build,
          nullptr,
          patch};
}

}  // namespace diffjoule::models
