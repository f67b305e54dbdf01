// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/workload/workload.h"

#include <cmath>

#include "diffjoule/units/text.h"

namespace diffjoule {
namespace {

Status within(const char* field, std::optional<std::int64_t> value, std::int64_t most, std::int64_t least = 1) {
  if (!value || (*value >= least && *value <= most)) return {};
  return fail(ErrorCode::invalid_argument, std::string(field) + " is " + std::to_string(*value) +
                                               "; expected a whole number from " + std::to_string(least) + " to " +
                                               std::to_string(most));
}

Status fraction(const char* field, double value, double least, double most) {
  if (std::isfinite(value) && value >= least && value <= most) return {};
  return fail(ErrorCode::invalid_argument, std::string(field) + " is " + to_text(value, 3) +
                                               "; expected a number from " + to_text(least, 3) + " to " +
                                               to_text(most, 3));
}

Status check_additions(const Workload& w) {
  using Limits = WorkloadLimits;
  constexpr double positive = 1e-6;
  const HighResolution hires = w.high_resolution.value_or(HighResolution{});
  for (const Status& status :
       {fraction("strength", w.strength.value_or(1.0), positive, 1.0),
        fraction("guidance from", w.guidance_from, 0.0, 1.0),
        fraction("guidance to", w.guidance_to, w.guidance_from, 1.0),
        fraction("skipped share of the step cache", w.step_cache ? w.step_cache->skipped : 0.0, 0.0, 1.0),
        fraction("token merge", w.token_merge, 0.0, Limits::token_merge),
        fraction("refiner from", w.refiner_from, 0.0, 1.0),
        fraction("scale of the high-resolution pass", hires.scale, 1.0, Limits::high_resolution_scale),
        fraction("strength of the high-resolution pass", hires.strength, positive, 1.0),
        within("steps of the high-resolution pass", hires.steps, Limits::steps),
        within("LoRA rank", w.lora_rank, Limits::lora_rank, 0),
        within("ControlNets", w.control_networks, Limits::control_networks, 0),
        within("T2I-Adapters", w.t2i_adapters, Limits::t2i_adapters, 0),
        within("image prompt tokens", w.image_prompt_tokens, Limits::text_tokens, 0),
        within("images per prompt", w.images_per_prompt, Limits::batch),
        within("negative text tokens", w.negative_text_tokens, Limits::text_tokens),
        within("devices", w.parallelism.devices, Limits::devices)}) {
    if (!status) return status;
  }
  return {};
}

}  // namespace

Status check(const Workload& w) {
  using Limits = WorkloadLimits;
  for (const Status& status :
       {within("width", w.width, Limits::side), within("height", w.height, Limits::side),
        within("frames", w.frames, Limits::frames), within("steps", w.steps, Limits::steps),
        within("batch", w.batch, Limits::batch), within("text tokens", w.text_tokens, Limits::text_tokens)}) {
    if (!status) return status;
  }
  if (w.guidance && !(std::isfinite(*w.guidance) && *w.guidance >= 0.0)) {
    return fail(ErrorCode::invalid_argument,
                "guidance is " + std::to_string(*w.guidance) + "; expected a number from 0 up");
  }
  return check_additions(w);
}

}  // namespace diffjoule
