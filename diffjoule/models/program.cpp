// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/program.h"

#include <cmath>
#include <utility>

namespace diffjoule::models {
namespace {

Result<Pass> pass(const FindPipeline& find, const Workload& workload) {
  auto pipeline = find(workload.model);
  if (!pipeline) return forward(pipeline);
  auto settings = settle(**pipeline, workload);
  if (!settings) return forward(settings, (*pipeline)->slug);
  return Pass{*pipeline, std::move(*settings)};
}

// What a pass on another model keeps of the request.
Workload on_model(const std::string& model, const Workload& w) {
  Workload other;
  other.model = model;
  other.width = w.width;
  other.height = w.height;
  other.batch = w.batch;
  other.images_per_prompt = w.images_per_prompt;
  other.dtype = w.dtype;
  return other;
}

// The same latents, enlarged and denoised again.
Result<Pass> high_resolution_pass(const Pass& first, const HighResolution& h) {
  Pass second = first;
  const auto enlarged = [&h, &first](std::int64_t side) {
    const std::int64_t multiple = first.pipeline->size_multiple;
    return static_cast<std::int64_t>(std::floor(h.scale * static_cast<double>(side))) / multiple * multiple;
  };
  Settings& s = second.settings;
  s.width = enlarged(s.width);
  s.height = enlarged(s.height);
  s.steps = h.steps.value_or(s.steps);
  s.strength = h.strength;
  s.encodes_text = s.encodes_image = false;
  s.notes.clear();
  s.assumed.clear();
  if (s.width > WorkloadLimits::side || s.height > WorkloadLimits::side)
    return fail(ErrorCode::invalid_argument, "the high-resolution pass makes " + std::to_string(s.width) + " x " +
                                                 std::to_string(s.height) + " pixels; at most " +
                                                 std::to_string(WorkloadLimits::side) + " a side are counted");
  return second;
}

}  // namespace

Result<std::vector<Pass>> passes(const FindPipeline& find, const Workload& workload) {
  std::vector<Pass> all;
  auto own = pass(find, workload);
  if (!own) return forward(own);
  if (!own->pipeline->prior.empty()) {
    auto prior = pass(find, on_model(own->pipeline->prior, workload));
    if (!prior) return forward(prior);
    all.push_back(std::move(*prior));
  }
  all.push_back(std::move(*own));
  if (workload.high_resolution) {
    auto second = high_resolution_pass(all.back(), *workload.high_resolution);
    if (!second) return forward(second);
    all.back().settings.decodes = false;
    all.push_back(std::move(*second));
  }
  if (workload.refiner) {
    Workload w = on_model(*workload.refiner, workload);
    w.steps = workload.steps.value_or(all.back().settings.steps);
    w.scheduler = workload.scheduler;
    auto refiner = pass(find, w);
    if (!refiner) return forward(refiner, "refiner");
    if (workload.high_resolution)
      return fail(ErrorCode::invalid_argument,
                  "a refiner and a high-resolution pass in one request are two requests: "
                  "count them one after the other");
    all.back().settings.to = workload.refiner_from;
    all.back().settings.decodes = false;
    refiner->settings.from = workload.refiner_from;
    all.push_back(std::move(*refiner));
  }
  return all;
}

Result<Program> program(const std::vector<Pass>& passes) {
  Program made{{}, 1, {}, {}, {}};
  for (const Pass& pass : passes) {
    const Settings& s = pass.settings;
    auto planned = plan(*pass.pipeline, s);
    if (!planned) return forward(planned);
    made.items = s.batch;
    made.notes.insert(made.notes.end(), s.notes.begin(), s.notes.end());
    made.assumed.insert(made.assumed.end(), s.assumed.begin(), s.assumed.end());
    made.missing.insert(made.missing.end(), planned->missing.begin(), planned->missing.end());
    for (const PlannedPhase& p : planned->phases) {
      auto graph = build(p);
      if (!graph && graph.error().code() == ErrorCode::unavailable) {
        made.missing.push_back(graph.error().message());
        continue;
      }
      if (!graph) return forward(graph);
      made.phases.push_back(
          {name(p.stage), p.name, p.stage, p.evaluations, p.call.batch, p.call.dtype, std::move(*graph)});
    }
  }
  return made;
}

}  // namespace diffjoule::models
