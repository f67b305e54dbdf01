// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/program.h"

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

Result<PlannedPhase> planned(const Pipeline& pipeline, const std::string& component, Stage stage, const Call& call,
                             std::int64_t evaluations) {
  const auto place = pipeline.components.find(component);
  if (place == pipeline.components.end()) {
    return fail(ErrorCode::invalid_data, "the pipeline has no component \"" + component + "\"");
  }
  auto architecture = architecture_of(place->second.class_name);
  if (!architecture) return forward(architecture, component);
  return PlannedPhase{&place->second, *architecture, component, stage, evaluations, call};
}

// Encoders whose length follows the text run on what the fixed streams leave.
std::int64_t encoder_tokens(const Pipeline& pipeline, const TextEncoder& encoder, std::int64_t text_tokens) {
  const std::int64_t change = encoder.follows_text ? text_tokens - pipeline.defaults.text_tokens : 0;
  return std::max<std::int64_t>(1, encoder.tokens + change) + encoder.extra_tokens;
}

}  // namespace

Result<Settings> settle(const Pipeline& pipeline, const Workload& workload) {
  if (auto status = check(workload); !status) return forward(status);
  const Pipeline::Defaults& d = pipeline.defaults;
  Settings s;
  auto width = side("width", workload.width.value_or(d.width), pipeline, s.notes);
  if (!width) return forward(width);
  auto height = side("height", workload.height.value_or(d.height), pipeline, s.notes);
  if (!height) return forward(height);
  auto text = text_length(pipeline, workload, s);
  if (!text) return forward(text);
  s.width = *width;
  s.height = *height;
  s.text_tokens = *text;
  s.frames = workload.frames.value_or(d.frames);
  if (s.frames != 1 && d.frames == 1) {
    return fail(ErrorCode::invalid_argument,
                "frames is " + std::to_string(s.frames) + ": " + pipeline.name + " makes single images");
  }
  s.steps = workload.steps.value_or(d.steps);
  s.batch = workload.batch;
  s.guidance = workload.guidance.value_or(d.guidance);
  s.dtype = workload.dtype.value_or(d.dtype);
  // Pipelines run classifier-free guidance for scales above one; where the scale is embedded or absent, only on
  // request.
  const bool by_scale =
      (pipeline.guidance == GuidanceMode::batch || pipeline.guidance == GuidanceMode::two_passes) && s.guidance > 1.0;
  s.classifier_free = workload.classifier_free.value_or(by_scale);
  s.assumed.insert(s.assumed.end(), pipeline.assumed.begin(), pipeline.assumed.end());
  return s;
}

Result<std::vector<PlannedPhase>> plan(const Pipeline& pipeline, const Settings& s) {
  std::vector<PlannedPhase> phases;
  const std::int64_t passes = s.classifier_free ? 2 : 1;
  for (const TextEncoder& encoder : pipeline.text_encoders) {
    const Call call{
        .batch = s.batch, .text_tokens = encoder_tokens(pipeline, encoder, s.text_tokens), .dtype = s.dtype};
    auto encode = planned(pipeline, encoder.component, Stage::encode, call, pipeline.encode_negative ? passes : 1);
    if (!encode) return forward(encode);
    phases.push_back(std::move(*encode));
  }

  auto decode = planned(pipeline, pipeline.decoder, Stage::decode, {}, 1);
  if (!decode) return forward(decode);
  if (decode->architecture->latent == nullptr) {
    return fail(ErrorCode::invalid_data,
                pipeline.decoder + ": " + decode->component->class_name + " is no autoencoder");
  }
  auto latent = decode->architecture->latent(decode->component->config);
  if (!latent) return forward(latent, pipeline.decoder);

  const bool as_batch = s.classifier_free && pipeline.guidance == GuidanceMode::batch;
  Call call{.batch = as_batch ? 2 * s.batch : s.batch,
            .frames = 1 + (s.frames - 1) / latent->temporal,
            .height = s.height / latent->spatial,
            .width = s.width / latent->spatial,
            .text_tokens = s.text_tokens,
            .dtype = s.dtype};
  auto denoise = planned(pipeline, pipeline.denoiser, Stage::denoise, call, as_batch ? s.steps : passes * s.steps);
  if (!denoise) return forward(denoise);
  phases.push_back(std::move(*denoise));

  call.direction = Call::Direction::decode;
  call.batch = s.batch;
  if (pipeline.decoder_upcast && s.dtype == DType::float16) call.dtype = DType::float32;
  decode->call = call;
  phases.push_back(std::move(*decode));
  return phases;
}

Result<Program> program(const Pipeline& pipeline, const Settings& s) {
  auto phases = plan(pipeline, s);
  if (!phases) return forward(phases);
  Program made{{}, s.batch, s.notes, s.assumed};
  for (const PlannedPhase& p : *phases) {
    auto graph = p.architecture->build(p.component->config, p.call);
    if (!graph) return forward(graph, p.name);
    made.phases.push_back(
        {name(p.stage), p.name, p.stage, p.evaluations, p.call.batch, p.call.dtype, std::move(*graph)});
  }
  return made;
}

}  // namespace diffjoule::models
