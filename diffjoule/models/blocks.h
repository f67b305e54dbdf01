// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "diffjoule/graph/builder.h"

// The bricks that transformers of many papers share, each as diffusers executes it, operator by operator. "NAME"
// arguments are module names under the current scope.
namespace diffjoule::models {

// Sinusoids of one number a sample (a timestep, a guidance scale, a size): [batch, width], cosines first. Ho et al.,
// "Denoising Diffusion Probabilistic Models", 2020; diffusers get_timestep_embedding.
[[nodiscard]] Tensor timestep_sinusoids(Builder& b, std::int64_t batch, std::int64_t width);

// linear_1, SiLU, linear_2: of timesteps, guidance and pooled text.
[[nodiscard]] Tensor embedding_mlp(Builder& b, std::string_view name, const Tensor& x, std::int64_t width);

// x / rms(x) over the innermost extent in its parts (Zhang and Sennrich, 2019): pow, mean, add, rsqrt, mul, and mul by
// a weight where it has one. diffusers RMSNorm.
[[nodiscard]] Tensor rms_norm(Builder& b, std::string_view name, const Tensor& x);

// net.0.proj, GELU, net.2 with an inner width of `inner`. diffusers FeedForward with activation "gelu-approximate" or
// "gelu".
[[nodiscard]] Tensor feed_forward(Builder& b, std::string_view name, const Tensor& x, std::int64_t inner);

// The same with GEGLU: one projection to twice the inner width, half of it gates the other (Shazeer, 2020).
[[nodiscard]] Tensor feed_forward_geglu(Builder& b, std::string_view name, const Tensor& x, std::int64_t inner);

// x (1 + scale) + shift with [batch, 1, width] scale and shift: Peebles and Xie, "Scalable Diffusion Models with
// Transformers", 2023.
[[nodiscard]] Tensor modulate(Builder& b, const Tensor& x, const Tensor& scale_or_shift);

// x + gate y
[[nodiscard]] Tensor gated_residual(Builder& b, const Tensor& x, const Tensor& y, const Tensor& gate);

// linear_1, tanh-GELU, linear_2: of text features. diffusers PixArtAlphaTextProjection.
[[nodiscard]] Tensor text_projection(Builder& b, std::string_view name, const Tensor& x, std::int64_t width);

// A linear layer on a transposed view x [batch, tokens, channels], for which PyTorch adds the bias in a step of its
// own, and which it copies first where the rows of all samples are no one view (`scattered`: frames in the batch).
[[nodiscard]] Tensor linear_of_view(Builder& b, std::string_view name, const Tensor& x, std::int64_t width,
                                    bool scattered = false);

// Attention as diffusers' Attention module runs it: to_q of x, to_k and to_v of `context`, heads, to_out.0.
struct AttentionLayer {
  std::int64_t heads = 1;
  std::int64_t width = 0;  // of all heads together
  Bias bias = Bias::yes;   // of the three projections in
  bool masked = false;
  bool rescales = true;  // divides by an output factor of one, as the older processors do
};
[[nodiscard]] Tensor attention_layer(Builder& b, std::string_view name, const Tensor& x, const Tensor& context,
                                     const AttentionLayer& layer);

// A stored table of `parts` modulation vectors plus the timestep's: adaLN-single of PixArt (Chen et al., 2023). The
// result stands for each of the parts.
[[nodiscard]] Tensor table_modulation(Builder& b, std::string_view name, Shape table, const Tensor& time,
                                      std::int64_t width);

// Latents cut into patches by a convolution "NAME", as tokens [batch, tokens, width].
[[nodiscard]] Tensor patch_tokens(Builder& b, std::string_view name, const Tensor& latents, Shape patch,
                                  std::int64_t width);

// linear "net.0.proj", SiLU, linear "net.2". diffusers FeedForward with activation "linear-silu".
[[nodiscard]] Tensor feed_forward_silu(Builder& b, std::string_view name, const Tensor& x, std::int64_t inner);

// x cos + rotated(x) sin over pairs of heads that lie side by side: x [batch, tokens, width].
[[nodiscard]] Tensor rotate(Builder& b, const Tensor& x);

// Rotation of pairs in halves that are written in place: x [batch, tokens, heads * width]. Wan, and others that keep
// cosines and sines apart.
[[nodiscard]] Tensor rotate_in_place(Builder& b, const Tensor& x);

}  // namespace diffjoule::models
