// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <vector>

#include "diffjoule/graph/program.h"
#include "diffjoule/models/plan.h"
#include "diffjoule/models/settings.h"

// From a checkpoint and a workload to what the published pipeline runs.
namespace diffjoule::models {

// One walk from noise to latents: a request has several where a prior, a refiner or a high-resolution pass belongs to
// it.
struct Pass {
  const Pipeline* pipeline = nullptr;  // kept by whoever finds pipelines
  Settings settings;
};

// Finds a pipeline by any of its names; what it returns outlives the passes.
using FindPipeline = std::function<Result<const Pipeline*>(const std::string& name)>;

// In the order in which they run. The first one is the workload's own model, but for a prior that runs before it.
[[nodiscard]] Result<std::vector<Pass>> passes(const FindPipeline& find, const Workload& workload);

// Every phase of every pass with its graph.
[[nodiscard]] Result<Program> program(const std::vector<Pass>& passes);

}  // namespace diffjoule::models
