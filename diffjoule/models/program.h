// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/graph/program.h"
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/pipeline.h"
#include "diffjoule/workload/workload.h"

// From a checkpoint and a workload to what the published pipeline runs.
namespace diffjoule::models {

// A workload with nothing left open.
struct Settings {
  std::int64_t width = 0, height = 0, frames = 1, steps = 0, batch = 1, text_tokens = 0;
  double guidance = 0.0;
  bool classifier_free = false;
  DType dtype = DType::bfloat16;
  std::vector<std::string> notes;  // what was rounded
  std::vector<std::string> assumed;
};

// Fills in the pipeline's defaults. Refuses what the pipeline refuses (sizes that do not divide, text of another length
// where the stream is fixed); rounds what it rounds, and says so in the notes.
[[nodiscard]] Result<Settings> settle(const Pipeline& pipeline, const Workload& workload);

// One component's part in a request, before its graph is built.
struct PlannedPhase {
  const Component* component = nullptr;  // of the pipeline, which must outlive this
  const Architecture* architecture = nullptr;
  std::string name;  // of the component
  Stage stage = Stage::encode;
  std::int64_t evaluations = 1;
  Call call;
};

// The phases of one request: text encoders (the negative prompt too, where the pipeline encodes it), denoiser x steps x
// guidance passes, decoder.
[[nodiscard]] Result<std::vector<PlannedPhase>> plan(const Pipeline& pipeline, const Settings& settings);

// The same with every graph built.
[[nodiscard]] Result<Program> program(const Pipeline& pipeline, const Settings& settings);

}  // namespace diffjoule::models
