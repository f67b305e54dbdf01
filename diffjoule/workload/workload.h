// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/dtype.h"
#include "diffjoule/graph/weight_format.h"

// What is to be generated, independent of hardware. What is absent follows the model's published defaults.
namespace diffjoule {

// Evaluations of the denoiser that reuse an earlier one's inner result.
struct StepCache {
  enum class Kind {
    whole,        // all blocks are skipped, embeddings and output remain: TeaCache, MagCache
    first_block,  // the first block runs and decides: first-block cache, ParaAttention
    deep          // the outermost level of a U-Net runs: DeepCache, branch 0
  } kind = Kind::whole;
  double skipped = 0.0;  // fraction of the evaluations that are cheap, 0 to 1

  friend auto operator<=>(const StepCache&, const StepCache&) = default;
};

// How several GPUs share one request.
struct Parallelism {
  enum class Scheme {
    none,
    data,      // whole items each
    guidance,  // the two passes of classifier-free guidance on two devices
    ulysses,   // sequence, all-to-all around attention: Jacobs et al., 2023
    ring,      // sequence, keys and values travel around: Liu et al., 2023
    tensor     // columns and rows of the weights: Shoeybi et al., 2019
  } scheme = Scheme::none;
  std::int64_t devices = 1;

  friend bool operator==(const Parallelism&, const Parallelism&) = default;
};

// A second pass over an enlarged latent.
struct HighResolution {
  double scale = 2.0;     // of width and height
  double strength = 0.5;  // share of the steps that it denoises again
  std::optional<std::int64_t> steps = std::nullopt;

  friend bool operator==(const HighResolution&, const HighResolution&) = default;
};

struct Workload {
  std::string model;                                  // slug of the catalogue, Hugging Face id, alias or path
  std::optional<std::int64_t> width = std::nullopt;   // pixels
  std::optional<std::int64_t> height = std::nullopt;  // pixels
  std::optional<std::int64_t> frames = std::nullopt;
  std::optional<std::int64_t> steps = std::nullopt;
  std::int64_t batch = 1;                         // prompts at once
  std::optional<double> guidance = std::nullopt;  // scale of the guidance
  std::optional<bool> classifier_free =
      std::nullopt;  // whether the denoiser also runs for the negative prompt; else by the scale
  std::optional<std::int64_t> text_tokens = std::nullopt;  // tokens the denoiser attends to, all streams
  std::optional<DType> dtype = std::nullopt;

  std::int64_t images_per_prompt = 1;
  std::optional<std::string> scheduler = std::nullopt;  // else the pipeline's own
  std::optional<double> strength = std::nullopt;        // image to image: share of the steps that run, (0, 1]
  bool inpaint = false;                                 // a mask and the masked image are encoded too
  double guidance_from = 0.0, guidance_to = 1.0;        // fractions of the steps between which guidance runs
  std::optional<std::int64_t> negative_text_tokens = std::nullopt;  // where prompts keep their own length
  std::optional<StepCache> step_cache = std::nullopt;
  double token_merge = 0.0;      // fraction of the tokens of the largest self-attentions that are merged, [0, 0.75]
  std::int64_t lora_rank = 0;    // of unmerged low-rank adapters; merged ones cost nothing
  bool lora_everywhere = false;  // on every linear layer, not only on those of attention
  std::int64_t control_networks = 0;                  // ControlNets, which run at every evaluation
  std::int64_t t2i_adapters = 0;                      // T2I-Adapters, which run once an image
  std::int64_t image_prompt_tokens = 0;               // of an IP-Adapter, in every cross-attention
  std::optional<std::string> refiner = std::nullopt;  // a second model that takes over
  double refiner_from = 0.8;                          // fraction of the steps after which it does
  std::optional<HighResolution> high_resolution = std::nullopt;
  bool tiled_decoding = false;
  WeightFormat weights = WeightFormat::as_arithmetic;  // of the denoiser's linear layers
  Parallelism parallelism = {};

  friend bool operator==(const Workload&, const Workload&) = default;
};

// Largest values that are meant: beyond these a request is refused as a slip of the keyboard.
struct WorkloadLimits {
  static constexpr std::int64_t side = 16384;
  static constexpr std::int64_t frames = 10000;
  static constexpr std::int64_t steps = 100000;
  static constexpr std::int64_t batch = 65536;
  static constexpr std::int64_t text_tokens = 65536;
  static constexpr std::int64_t lora_rank = 4096;
  static constexpr std::int64_t control_networks = 16;
  static constexpr std::int64_t t2i_adapters = 16;
  static constexpr std::int64_t devices = 4096;
  static constexpr double token_merge = 0.75;  // one in four tokens stays as a destination
  static constexpr double high_resolution_scale = 8.0;
};

// Every number that is there is within its limits; the error names the field.
[[nodiscard]] Status check(const Workload& workload);

}  // namespace diffjoule
