// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/data_files.h"
#include "diffjoule/sweep/plan.h"

// Plans as files: the ready ones of data/plans/, by name, and anybody's own, by path.
namespace diffjoule::sweep {

[[nodiscard]] std::vector<std::string> ready_plans(const io::DataFiles& files);

// A text with a slash or the ending .toml or .json is a path, else a name; an error offers the nearest names.
[[nodiscard]] Result<Plan> plan_at(const io::DataFiles& files, const std::string& text);

}  // namespace diffjoule::sweep
