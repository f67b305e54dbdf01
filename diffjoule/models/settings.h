// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/models/pipeline.h"
#include "diffjoule/models/variation.h"
#include "diffjoule/workload/workload.h"

namespace diffjoule::models {

// A workload with nothing left open.
struct Settings {
  std::int64_t width = 0, height = 0, frames = 1, steps = 0;
  std::int64_t prompts = 1, batch = 1;  // batch: images or videos made at once, all prompts together
  std::int64_t text_tokens = 0, negative_text_tokens = 0;
  double guidance = 0.0;
  bool classifier_free = false;
  double guidance_from = 0.0, guidance_to = 1.0;
  DType dtype = DType::bfloat16;

  const Scheduler* scheduler = nullptr;  // of the pipeline, which must outlive this, or one by name
  double strength = 1.0;
  bool inpaint = false;
  double from = 0.0, to = 1.0;  // the part of the evaluations that this pass runs
  bool encodes_text = true, encodes_image = false, decodes = true;
  std::int64_t t2i_adapters = 0;
  Variation variation;   // of the denoiser
  StepCache step_cache;  // nothing skipped by default
  bool tiled_decoding = false;
  Parallelism parallelism;

  std::vector<std::string> notes;  // what was rounded
  std::vector<std::string> assumed;
};

// Fills in the pipeline's defaults. Refuses what the pipeline refuses (sizes that do not divide, text of another length
// where the stream is fixed) and combinations that mean nothing, with the reason; rounds what it rounds, and says so in
// the notes. The refiner and the high-resolution pass are passes of their own: see passes().
[[nodiscard]] Result<Settings> settle(const Pipeline& pipeline, const Workload& workload);

}  // namespace diffjoule::models
