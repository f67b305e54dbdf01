// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>

#include "diffjoule/graph/graph.h"
#include "diffjoule/models/architecture.h"
#include "diffjoule/workload/workload.h"

// What people hang on a published denoiser or take out of it: each is a rewriting of its graph that knows module paths
// and operators, not models, so that it holds for architectures nobody has written yet.
namespace diffjoule::models {

struct Variation {
  std::optional<StepCache::Kind> cached = std::nullopt;  // the cheap evaluation of a step cache
  double token_merge = 0.0;
  std::int64_t lora_rank = 0;
  bool lora_everywhere = false;
  std::int64_t control_networks = 0;
  std::int64_t image_prompt_tokens = 0;
  WeightFormat weights = WeightFormat::as_arithmetic;

  friend auto operator<=>(const Variation&, const Variation&) = default;
};

// The graph of one call of the varied network.
//
// Step cache. `whole`: without every top-level list of blocks. `first_block`: the first block of the first list stays.
// `deep` (U-Nets): the first resnet and transformer going down and the last going up stay (Ma et al., "DeepCache",
// 2024, branch 0).
//
// Token merging (U-Nets): self-attention at the latent's own size runs on (1 - ratio) of the tokens, after a product of
// three quarters of them with one quarter that finds the pairs (Bolya and Hoffman, "Token Merging for Fast Stable
// Diffusion", 2023).
//
// LoRA, unmerged: two products of the rank, a scaling and an addition beside every linear layer of attention, or of the
// network (Hu et al., 2021).
//
// ControlNet (U-Nets): a second copy of the way down and the middle, the condition's own convolutions on the full
// image, and a 1x1 convolution into every skip (Zhang et al., 2023). Its parameters are not part of this checkpoint and
// not listed.
//
// IP-Adapter: in every cross-attention keys and values of the image's tokens, and an attention of their own (Ye et al.,
// 2023).
//
// Refuses what does not fit the network, with the reason.
[[nodiscard]] Result<Graph> varied(Graph graph, const Variation& variation, const Call& call);

}  // namespace diffjoule::models
