// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"

// The solver that walks from noise to image: how many evaluations of the denoiser its steps take. Karras or exponential
// spacing and flow shifts move the steps and do not change their number; what they decide is which of two experts
// serves how many of them.
namespace diffjoule::models {

struct Scheduler {
  std::string class_name;  // of diffusers: "EulerDiscreteScheduler"
  io::Document config = io::Document::Object{};
};

// Names for --scheduler ("euler", "heun", "dpmpp-2m", ...), sorted, and the class each stands for (with the
// class's own defaults), which lives as long as the program.
[[nodiscard]] std::vector<std::string> scheduler_names();
[[nodiscard]] Result<const Scheduler*> scheduler_named(const std::string& name);

// Evaluations that `steps` steps take, of which an image-to-image run does the last `strength` (1: all). Second-order
// solvers evaluate twice but for the last step; PNDM evaluates its second step twice (and begins with three Runge-Kutta
// steps of four where `skip_prk_steps` is false). Classes that are not known count one evaluation a step.
[[nodiscard]] std::int64_t evaluations(const Scheduler& scheduler, std::int64_t steps, double strength = 1.0);

// True if the class is one whose count is known rather than taken as one a step.
[[nodiscard]] bool knows(const Scheduler& scheduler);

// Of `steps` evaluations, those whose timestep is at or above `boundary` (a fraction of the training timesteps): sigma
// = shift s / (1 + (shift - 1) s) over s from 1 in equal steps towards 1/T, as flow-matching schedulers place them. The
// shift is `flow_shift` or `shift` of the config, else 1.
[[nodiscard]] std::int64_t evaluations_above(const Scheduler& scheduler, std::int64_t steps, double boundary);

}  // namespace diffjoule::models
