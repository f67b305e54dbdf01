// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/settings.h"

#include <algorithm>
#include <utility>

namespace diffjoule::models {
namespace {

Result<std::int64_t> side(const char* field, std::int64_t asked, const Pipeline& pipeline,
                          std::vector<std::string>& notes) {
  const std::int64_t multiple = pipeline.size_multiple;
  if (asked % multiple == 0) return asked;
  const std::int64_t rounded = asked - asked % multiple;
  const std::string what =
      std::string(field) + " " + std::to_string(asked) + " is not a multiple of " + std::to_string(multiple);
  if (!pipeline.round_down || rounded == 0) {
    return fail(ErrorCode::invalid_argument, what + ", which " + pipeline.name + " needs; try " +
                                                 (rounded == 0 ? "" : std::to_string(rounded) + " or ") +
                                                 std::to_string(rounded + multiple));
  }
  notes.push_back(what + ": rounded down to " + std::to_string(rounded) + ", as the pipeline does");
  return rounded;
}

Result<std::int64_t> text_length(const Pipeline& pipeline, const Workload& workload, Settings& settings) {
  if (!workload.text_tokens) {
    if (pipeline.text_length_assumed) {
      settings.assumed.push_back("a prompt of " + std::to_string(pipeline.defaults.text_tokens) +
                                 " text tokens (the prompt's own length decides; --text-tokens sets it)");
    }
    return pipeline.defaults.text_tokens;
  }
  const std::int64_t asked = *workload.text_tokens;
  const std::int64_t fewest = pipeline.fewest_text_tokens, most = pipeline.most_text_tokens;
  if (asked >= fewest && asked <= most) return asked;
  return fail(ErrorCode::invalid_argument,
              "text tokens " + std::to_string(asked) + ": " + pipeline.name + " takes " +
                  (fewest == most ? "a fixed text stream of " + std::to_string(most)
                                  : std::to_string(fewest) + " to " + std::to_string(most)));
}

// Combinations that mean nothing, or nothing here.
Status check_together(const Pipeline& pipeline, const Workload& w, bool classifier_free) {
  const auto refuse = [](const std::string& why) { return fail(ErrorCode::invalid_argument, why); };
  const bool interval = w.guidance_from > 0.0 || w.guidance_to < 1.0;
  if (interval && !classifier_free)
    return refuse("a guidance interval without classifier-free guidance changes nothing; add --cfg or drop it");
  if (w.negative_text_tokens && !classifier_free)
    return refuse("a negative prompt is not run without classifier-free guidance; add --cfg or drop its length");
  if (w.parallelism.scheme == Parallelism::Scheme::guidance && (!classifier_free || w.parallelism.devices != 2))
    return refuse(
        "guidance parallelism puts the two passes of classifier-free guidance on two devices; this request "
        "has " +
        std::string(classifier_free ? "both passes on " : "one pass on ") + std::to_string(w.parallelism.devices));
  if (w.parallelism.scheme == Parallelism::Scheme::none && w.parallelism.devices > 1)
    return refuse(std::to_string(w.parallelism.devices) +
                  " devices share one request by a scheme: data, cfg, ulysses, ring or tensor");
  if ((w.strength || w.inpaint) && pipeline.decoder.empty())
    return refuse(pipeline.name + " has no autoencoder that could encode an image");
  if (w.strength && pipeline.image_input != Pipeline::ImageInput::none)
    return refuse("strength: " + pipeline.name + " always starts from noise; its image is a condition");
  if (w.images_per_prompt * w.batch > WorkloadLimits::batch)
    return refuse("batch x images per prompt is " + std::to_string(w.images_per_prompt * w.batch) +
                  "; expected at most " + std::to_string(WorkloadLimits::batch));
  return {};
}

Status read_additions(const Pipeline& pipeline, const Workload& w, Settings& s) {
  s.scheduler = &pipeline.scheduler;
  if (w.scheduler) {
    auto named = scheduler_named(*w.scheduler);
    if (!named) return forward(named);
    s.scheduler = *named;
  }
  if (!s.scheduler->class_name.empty() && !knows(*s.scheduler))
    s.assumed.push_back("one evaluation a step (scheduler " + s.scheduler->class_name + " is not known)");
  s.strength = w.strength.value_or(1.0);
  s.inpaint = w.inpaint;
  s.encodes_image = w.strength || w.inpaint;
  s.guidance_from = w.guidance_from;
  s.guidance_to = w.guidance_to;
  s.step_cache = w.step_cache.value_or(StepCache{});
  s.variation = {.token_merge = w.token_merge,
                 .lora_rank = w.lora_rank,
                 .lora_everywhere = w.lora_everywhere,
                 .control_networks = w.control_networks,
                 .image_prompt_tokens = w.image_prompt_tokens,
                 .weights = w.weights};
  s.tiled_decoding = w.tiled_decoding;
  s.parallelism = w.parallelism;
  s.t2i_adapters = w.t2i_adapters;
  const auto denoiser = pipeline.components.find(pipeline.denoiser);
  if (w.t2i_adapters > 0 &&
      (denoiser == pipeline.components.end() || denoiser->second.class_name != "UNet2DConditionModel"))
    return fail(ErrorCode::invalid_argument,
                "t2i-adapters: they are made for the U-Nets of Stable Diffusion, and " + pipeline.name + " has none");
  if (w.image_prompt_tokens > 0) s.notes.emplace_back("the IP-Adapter's image encoder is OpenCLIP ViT-H/14");
  if (w.control_networks > 0) s.notes.emplace_back("ControlNets have the published structure for this U-Net");
  if (evaluations(*s.scheduler, s.steps, s.strength) == 0)
    return fail(ErrorCode::invalid_argument, "strength leaves none of the " + std::to_string(s.steps) + " steps");
  return {};
}

// Latent rows come from pixels by halves: sizes are the pipeline's to judge.
Status read_size(const Pipeline& pipeline, const Workload& workload, Settings& s) {
  const Pipeline::Defaults& d = pipeline.defaults;
  auto width = side("width", workload.width.value_or(d.width), pipeline, s.notes);
  if (!width) return forward(width);
  auto height = side("height", workload.height.value_or(d.height), pipeline, s.notes);
  if (!height) return forward(height);
  s.width = *width;
  s.height = *height;
  s.frames = workload.frames.value_or(d.frames);
  if (s.frames != 1 && d.frames == 1) {
    return fail(ErrorCode::invalid_argument,
                "frames is " + std::to_string(s.frames) + ": " + pipeline.name + " makes single images");
  }
  return {};
}

}  // namespace

Result<Settings> settle(const Pipeline& pipeline, const Workload& workload) {
  if (auto status = check(workload); !status) return forward(status);
  const Pipeline::Defaults& d = pipeline.defaults;
  Settings s;
  if (auto status = read_size(pipeline, workload, s); !status) return forward(status);
  auto text = text_length(pipeline, workload, s);
  if (!text) return forward(text);
  s.text_tokens = *text;
  s.negative_text_tokens = workload.negative_text_tokens.value_or(*text);
  s.steps = workload.steps.value_or(d.steps);
  s.prompts = workload.batch;
  s.batch = workload.batch * workload.images_per_prompt;
  s.guidance = workload.guidance.value_or(d.guidance);
  s.dtype = workload.dtype.value_or(d.dtype);
  // Pipelines run classifier-free guidance for scales above one; where the scale is embedded or absent, only on
  // request.
  const bool by_scale =
      (pipeline.guidance == GuidanceMode::batch || pipeline.guidance == GuidanceMode::two_passes) && s.guidance > 1.0;
  s.classifier_free = workload.classifier_free.value_or(by_scale);
  if (auto status = check_together(pipeline, workload, s.classifier_free); !status) return forward(status);
  if (auto status = read_additions(pipeline, workload, s); !status) return forward(status);
  if (pipeline.guidance == GuidanceMode::batch && s.classifier_free) {
    s.text_tokens = std::max(s.text_tokens, s.negative_text_tokens);  // both prompts are padded to the longer
    s.negative_text_tokens = s.text_tokens;
  }
  s.assumed.insert(s.assumed.end(), pipeline.assumed.begin(), pipeline.assumed.end());
  return s;
}

}  // namespace diffjoule::models
