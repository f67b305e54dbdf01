// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "diffjoule/api/verb.h"
#include "diffjoule/sweep/plan.h"

// The fields that make a plan, and the plan that a request means: a file or a ready one, of which flags change a part,
// or flags alone.
namespace diffjoule::api {

[[nodiscard]] std::vector<Field> plan_fields();

[[nodiscard]] Result<sweep::Plan> plan_of(const Request& request, const Context& context);

}  // namespace diffjoule::api
