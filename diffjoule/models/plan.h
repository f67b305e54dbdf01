// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/graph/program.h"
#include "diffjoule/models/architecture.h"
#include "diffjoule/models/settings.h"

namespace diffjoule::models {

// One component's part in a request, before its graph is built.
struct PlannedPhase {
  const Component* component = nullptr;  // of the pipeline, which must outlive this
  const Architecture* architecture = nullptr;
  std::string name;  // of the component
  Stage stage = Stage::encode;
  std::int64_t evaluations = 1;
  Call call;
  Variation variation = {};
};

struct Plan {
  std::vector<PlannedPhase> phases;
  std::vector<std::string> missing;  // components that nobody can count: an unknown class, named with the known ones
};

// The phases of one pass: text encoders (the negative prompt too, where the pipeline encodes it), the image encoded
// where one goes in, denoiser x evaluations x guidance passes, decoder. The number of phases does not grow with steps,
// frames or size.
[[nodiscard]] Result<Plan> plan(const Pipeline& pipeline, const Settings& settings);

// Its graph.
[[nodiscard]] Result<Graph> build(const PlannedPhase& phase);

}  // namespace diffjoule::models
