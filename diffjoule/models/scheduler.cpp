// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/scheduler.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "diffjoule/error/suggest.h"
#include "diffjoule/models/config.h"

namespace diffjoule::models {
namespace {

enum class Rule { one_a_step, two_but_the_last, pseudo_numerical };

struct Known {
  std::string_view name, class_name;
  Rule rule;
};

// diffusers' schedulers by the length of their list of timesteps.
constexpr std::array<Known, 33> known_schedulers{{
    {"cogvideox-ddim", "CogVideoXDDIMScheduler", Rule::one_a_step},
    {"cogvideox-dpm", "CogVideoXDPMScheduler", Rule::one_a_step},
    {"cosine-dpmpp-2m", "CosineDPMSolverMultistepScheduler", Rule::one_a_step},
    {"ddim", "DDIMScheduler", Rule::one_a_step},
    {"ddpm", "DDPMScheduler", Rule::one_a_step},
    {"ddpm-wuerstchen", "DDPMWuerstchenScheduler", Rule::one_a_step},
    {"deis", "DEISMultistepScheduler", Rule::one_a_step},
    {"dpm2", "KDPM2DiscreteScheduler", Rule::two_but_the_last},
    {"dpm2-a", "KDPM2AncestralDiscreteScheduler", Rule::two_but_the_last},
    {"dpmpp-2m", "DPMSolverMultistepScheduler", Rule::one_a_step},
    {"dpmpp-2m-karras", "DPMSolverMultistepScheduler", Rule::one_a_step},
    {"dpmpp-2m-sde", "DPMSolverMultistepScheduler", Rule::one_a_step},
    {"dpmpp-2s", "DPMSolverSinglestepScheduler", Rule::one_a_step},
    {"dpmpp-sde", "DPMSolverSDEScheduler", Rule::two_but_the_last},
    {"edm-dpmpp-2m", "EDMDPMSolverMultistepScheduler", Rule::one_a_step},
    {"edm-euler", "EDMEulerScheduler", Rule::one_a_step},
    {"euler", "EulerDiscreteScheduler", Rule::one_a_step},
    {"euler-a", "EulerAncestralDiscreteScheduler", Rule::one_a_step},
    {"flow-euler", "FlowMatchEulerDiscreteScheduler", Rule::one_a_step},
    {"flow-heun", "FlowMatchHeunDiscreteScheduler", Rule::two_but_the_last},
    {"flow-lcm", "FlowMatchLCMScheduler", Rule::one_a_step},
    {"heun", "HeunDiscreteScheduler", Rule::two_but_the_last},
    {"ipndm", "IPNDMScheduler", Rule::one_a_step},
    {"karras-ve", "KarrasVeScheduler", Rule::two_but_the_last},
    {"lcm", "LCMScheduler", Rule::one_a_step},
    {"lms", "LMSDiscreteScheduler", Rule::one_a_step},
    {"pndm", "PNDMScheduler", Rule::pseudo_numerical},
    {"sasolver", "SASolverScheduler", Rule::one_a_step},
    {"scm", "SCMScheduler", Rule::one_a_step},
    {"tcd", "TCDScheduler", Rule::one_a_step},
    {"unclip", "UnCLIPScheduler", Rule::one_a_step},
    {"unipc", "UniPCMultistepScheduler", Rule::one_a_step},
    {"vqdiffusion", "VQDiffusionScheduler", Rule::one_a_step},
}};

const Known* find_class(std::string_view class_name) {
  const auto* place = std::find_if(known_schedulers.begin(), known_schedulers.end(),
                                   [class_name](const Known& k) { return k.class_name == class_name; });
  return place == known_schedulers.end() ? nullptr : place;
}

}  // namespace

std::vector<std::string> scheduler_names() {
  std::vector<std::string> names;
  for (const Known& k : known_schedulers) names.emplace_back(k.name);
  std::sort(names.begin(), names.end());
  return names;
}

Result<const Scheduler*> scheduler_named(const std::string& name) {
  static const std::vector<Scheduler> all = [] {
    std::vector<Scheduler> made;
    for (const Known& k : known_schedulers) made.push_back({std::string(k.class_name)});
    return made;
  }();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (known_schedulers[i].name == name || all[i].class_name == name) return &all[i];
  }
  return fail(ErrorCode::not_found, unknown_name("scheduler", name, scheduler_names(), "diffjoule count --help"));
}

bool knows(const Scheduler& scheduler) { return find_class(scheduler.class_name) != nullptr; }

std::int64_t evaluations(const Scheduler& scheduler, std::int64_t steps, double strength) {
  // Flow-matching pipelines round the steps of an image-to-image run up, the others down.
  constexpr double slack = 1e-9;  // 0.6 x 50 is 30
  const double share = strength * static_cast<double>(steps);
  const bool up = scheduler.class_name.starts_with("FlowMatch");
  const auto run = static_cast<std::int64_t>(up ? std::ceil(share - slack) : std::floor(share + slack));
  if (run <= 0) return 0;
  const Known* known = find_class(scheduler.class_name);
  switch (known == nullptr ? Rule::one_a_step : known->rule) {
    case Rule::one_a_step:
      return run;
    case Rule::two_but_the_last:
      return 2 * run - 1;
    case Rule::pseudo_numerical: {
      constexpr std::int64_t runge_kutta_steps = 3, evaluations_each = 4;
      if (Config(scheduler.config).flag("skip_prk_steps", false)) return run + 1;
      return run + std::min(run, runge_kutta_steps) * (evaluations_each - 1);
    }
  }
  return run;
}

std::int64_t evaluations_above(const Scheduler& scheduler, std::int64_t steps, double boundary) {
  Config c(scheduler.config);
  const double shift = c.number("flow_shift", c.number("shift", 1.0));
  const double trained = c.number("num_train_timesteps", 1000.0);
  const double first = 1.0 - 1.0 / trained;
  const auto is_above = [&](std::int64_t i) {
    const double s = 1.0 - first * static_cast<double>(i) / static_cast<double>(steps);
    return std::floor(trained * shift * s / (1.0 + (shift - 1.0) * s)) >= boundary * trained;
  };
  // Timesteps fall, so the first one below is found by halving.
  std::int64_t low = 0, high = steps;
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    if (is_above(middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace diffjoule::models
