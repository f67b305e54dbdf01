// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/plan.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "diffjoule/models/adapters.h"
#include "diffjoule/models/config.h"
#include "diffjoule/models/tiling.h"

namespace diffjoule::models {
namespace {

// Encoders whose length follows the text run on what the fixed streams leave.
std::int64_t encoder_tokens(const Pipeline& pipeline, const TextEncoder& encoder, std::int64_t text_tokens) {
  const std::int64_t change = encoder.follows_text ? text_tokens - pipeline.defaults.text_tokens : 0;
  return std::max<std::int64_t>(1, encoder.tokens + change) + encoder.extra_tokens;
}

// Evaluations of [0, all) that lie between two fractions of them.
std::int64_t between(std::int64_t all, double from, double to) {
  constexpr double slack = 1e-9;  // 0.8 x 50 is 40
  const auto index = [all](double share) {
    return static_cast<std::int64_t>(std::ceil(share * static_cast<double>(all) - slack));
  };
  return std::max<std::int64_t>(0, index(to) - index(from));
}

// Writes the phases of one pipeline, one stage after the other.
class Planner {
 public:
  Planner(const Pipeline& pipeline, const Settings& settings) : p_(pipeline), s_(settings) {}

  Result<Plan> run() {
    if (s_.encodes_text) encode_text();
    if (auto status = read_latent(); !status) return forward(status);
    if (s_.encodes_text) encode_conditions();
    if (s_.encodes_image || p_.image_input != Pipeline::ImageInput::none) encode_image();
    denoise();
    if (s_.decodes) {
      if (auto status = decode(); !status) return forward(status);
    }
    name_unknown();
    return std::move(plan_);
  }

 private:
  void add(const std::string& component, Stage stage, const Call& call, std::int64_t evaluations,
           const Variation& variation = {}) {
    if (evaluations <= 0) return;
    const auto place = p_.components.find(component);
    if (place == p_.components.end()) {
      plan_.missing.push_back(component + ": no config of it is here");
      return;
    }
    add(component, place->second, stage, call, evaluations, variation);
  }
  void add(const std::string& name, const Component& component, Stage stage, const Call& call, std::int64_t evaluations,
           const Variation& variation = {}) {
    auto architecture = architecture_of(component.class_name);
    if (!architecture) {
      plan_.missing.push_back(name + ": " + architecture.error().message());
      return;
    }
    plan_.phases.push_back({&component, *architecture, name, stage, evaluations, call, variation});
  }

  // What the request brings beside the text, once an image.
  void encode_conditions() {
    const Call image{.batch = s_.prompts, .height = s_.height, .width = s_.width, .dtype = s_.dtype};
    if (s_.t2i_adapters > 0)
      add("t2i_adapter", t2i_adapter_for(p_.components.at(p_.denoiser)), Stage::encode, image, s_.t2i_adapters);
    if (s_.variation.image_prompt_tokens > 0)
      add("image_encoder", image_prompt_encoder(), Stage::encode,
          {.batch = s_.prompts, .text_tokens = image_prompt_encoder_tokens, .dtype = s_.dtype}, 1);
  }

  void encode_text() {
    for (const TextEncoder& encoder : p_.text_encoders) {
      const auto encode = [&](std::int64_t text_tokens, std::int64_t evaluations) {
        const Call call{
            .batch = s_.prompts, .text_tokens = encoder_tokens(p_, encoder, text_tokens), .dtype = s_.dtype};
        add(encoder.component, Stage::encode, call, evaluations);
      };
      const bool negative = s_.classifier_free && p_.encode_negative && !encoder.once;
      const bool equal = s_.negative_text_tokens == s_.text_tokens;
      encode(s_.text_tokens, negative && equal ? 2 : 1);
      if (negative && !equal) encode(s_.negative_text_tokens, 1);
    }
  }

  Status read_latent() {
    const auto place = p_.components.find(p_.decoder);
    const auto architecture = place == p_.components.end() ? Result<const Architecture*>(fail(ErrorCode::not_found, ""))
                                                           : architecture_of(place->second.class_name);
    if (!architecture) {
      if (p_.latent_spatial <= 0.0)
        return fail(ErrorCode::invalid_data,
                    "no decoder that is known says how large a latent cell is; the "
                    "pipeline.toml of " +
                        p_.slug + " may (size.latent_spatial)");
      latent_.temporal = p_.latent_temporal;
    } else {
      const Component& component = place->second;
      if ((*architecture)->latent == nullptr)
        return fail(ErrorCode::invalid_data, p_.decoder + ": " + component.class_name + " is no autoencoder");
      auto geometry = (*architecture)->latent(component.config);
      if (!geometry) return forward(geometry, p_.decoder);
      latent_ = *geometry;
    }
    const double cell = p_.latent_spatial > 0.0 ? p_.latent_spatial : static_cast<double>(latent_.spatial);
    const auto cells = [cell](std::int64_t pixels) {
      return static_cast<std::int64_t>(std::ceil(static_cast<double>(pixels) / cell));
    };
    const std::int64_t more = p_.frames_round_up ? latent_.temporal - 1 : 0;
    latents_ = {.batch = s_.batch,
                .frames = 1 + (s_.frames - 1 + more) / latent_.temporal,
                .height = cells(s_.height),
                .width = cells(s_.width),
                .text_tokens = s_.text_tokens,
                .dtype = s_.dtype};
    // An image network sees the frames of a video as a batch; what ties them together is a component of its own.
    const auto denoiser = p_.components.find(p_.denoiser);
    const bool by_image = denoiser != p_.components.end() && denoiser->second.class_name == "UNet2DConditionModel";
    if (by_image && p_.decodes_frames_as_batch) latents_.batch *= std::exchange(latents_.frames, 1);
    return {};
  }

  // Components of an unknown class that nothing above asked for.
  void name_unknown() {
    for (const auto& member : p_.components) {
      const std::string& name = member.first;
      const bool named = std::any_of(plan_.missing.begin(), plan_.missing.end(),
                                     [&name](const std::string& m) { return m.starts_with(name + ":"); });
      auto architecture = architecture_of(member.second.class_name);
      if (!architecture && !named) plan_.missing.push_back(name + ": " + architecture.error().message());
    }
  }

  DType autoencoder_dtype() const {
    return p_.decoder_upcast && s_.dtype == DType::float16 ? DType::float32 : s_.dtype;
  }

  void encode_image() {
    Call call{.direction = Call::Direction::encode,
              .batch = s_.prompts,
              .frames = 1,
              .height = s_.height,
              .width = s_.width,
              .dtype = autoencoder_dtype()};
    if (p_.image_input == Pipeline::ImageInput::all_frames) call.frames = s_.frames;
    add(p_.decoder, Stage::encode, call, s_.inpaint ? 2 : 1);  // the image, and the image under its mask
  }

  // `evaluations` at this call, of which a step cache makes some cheap.
  void denoise_with(const std::string& component, const Call& call, std::int64_t evaluations) {
    const auto cheap =
        static_cast<std::int64_t>(std::floor(s_.step_cache.skipped * static_cast<double>(evaluations) + 1e-9));
    add(component, Stage::denoise, call, evaluations - cheap, s_.variation);
    Variation cached = s_.variation;
    cached.cached = s_.step_cache.kind;
    add(component, Stage::denoise, call, cheap, cached);
  }

  // Evaluations [first, last) of the schedule on one network, with guidance where the interval wants it.
  void denoise_stretch(const std::string& component, std::int64_t first, std::int64_t last, std::int64_t all) {
    if (last <= first) return;
    const auto within = [all](double share) { return between(all, 0.0, share); };
    const std::int64_t guided_from = std::max(first, within(s_.guidance_from)),
                       guided_to = std::min(last, within(s_.guidance_to));
    const std::int64_t guided = s_.classifier_free ? std::max<std::int64_t>(0, guided_to - guided_from) : 0;
    Call one = latents_, both = latents_, negative = latents_;
    both.batch *= 2;
    negative.text_tokens = s_.negative_text_tokens;
    if (p_.guidance == GuidanceMode::batch) {
      denoise_with(component, both, guided);
      denoise_with(component, one, last - first - guided);
    } else if (s_.negative_text_tokens == s_.text_tokens) {
      denoise_with(component, one, last - first + guided);
    } else {
      denoise_with(component, one, last - first);
      denoise_with(component, negative, guided);
    }
  }

  void denoise() {
    const std::int64_t all = evaluations(*s_.scheduler, s_.steps, s_.strength);
    const std::int64_t first = between(all, 0.0, s_.from), last = between(all, 0.0, s_.to);
    if (p_.second_denoiser.empty() || p_.boundary <= 0.0) {
      denoise_stretch(p_.denoiser, first, last, all);
      return;
    }
    const std::int64_t above = evaluations_above(*s_.scheduler, all, p_.boundary);
    denoise_stretch(p_.denoiser, first, std::min(last, above), all);
    denoise_stretch(p_.second_denoiser, std::max(first, above), last, all);
  }

  Status decode() {
    if (p_.decoder.empty()) return {};
    Call call = latents_;
    call.direction = Call::Direction::decode;
    call.dtype = autoencoder_dtype();
    call.text_tokens = 0;
    if (p_.decodes_frames_as_batch) call.batch *= std::exchange(call.frames, 1);
    if (!s_.tiled_decoding) {
      add(p_.decoder, Stage::decode, call, 1);
      return {};
    }
    const Component& component = p_.components.at(p_.decoder);
    if (component.class_name != "AutoencoderKL")
      return fail(ErrorCode::invalid_argument,
                  "tiled decoding is counted for AutoencoderKL, and " + p_.name + " decodes with " +
                      component.class_name + "; video autoencoders are counted in the chunks that they always use");
    const std::int64_t tile = Config(component.config).integer("sample_size", 512) / latent_.spatial;
    for (const Tiles& t : tiles_of(call.height, call.width, tile)) {
      call.height = t.rows;
      call.width = t.columns;
      add(p_.decoder, Stage::decode, call, t.count);
    }
    return {};
  }

  const Pipeline& p_;
  const Settings& s_;
  LatentGeometry latent_;
  Call latents_;  // of the denoiser at batch one a pass
  Plan plan_;
};

}  // namespace

Result<Plan> plan(const Pipeline& pipeline, const Settings& settings) { return Planner(pipeline, settings).run(); }

Result<Graph> build(const PlannedPhase& phase) {
  auto graph = phase.architecture->build(phase.component->config, phase.call);
  if (!graph) return forward(graph, phase.name);
  return varied(std::move(*graph), phase.variation, phase.call);
}

}  // namespace diffjoule::models
