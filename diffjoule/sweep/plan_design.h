// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/sweep/design.h"
#include "diffjoule/sweep/plan.h"

// From a plan to the design that runs it.
namespace diffjoule::sweep {

// The `number`-th of `of` disjoint shares of a design, for the tasks of a job array; from 1.
struct Part {
  std::int64_t number = 1, of = 1;
};

// "2/8"; an error says what is meant.
[[nodiscard]] Result<Part> part_from(const std::string& text);

// Each configuration of the plan is in exactly one of the shares, the same for every call.
[[nodiscard]] std::vector<Configuration> share_of(std::vector<Configuration> all, const Part& part);

[[nodiscard]] Result<std::unique_ptr<Design>> design_of(const Plan& plan, const std::optional<Part>& part = {});

}  // namespace diffjoule::sweep
