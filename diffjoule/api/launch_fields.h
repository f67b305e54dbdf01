// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/api/verb.h"
#include "diffjoule/report/page.h"
#include "diffjoule/sweep/launcher.h"

// A sweep that is handed to tasks instead of being run here: as a job array of Slurm, or on each GPU of this machine.
namespace diffjoule::api {

// --launcher, --tasks, --at-once, --partition, --time, --gres, --account, --sbatch.
[[nodiscard]] std::vector<Field> launch_fields();

[[nodiscard]] bool is_launched(const Request& request);

// What a task is told of these fields: "--NAME=VALUE", in their order. Of positional ones nothing.
[[nodiscard]] std::vector<std::string> words_of(const Request& request, const std::vector<Field>& fields);

// What is handed over: a plan with a name, and the fields of the verb that tasks are given as they stand here.
struct LaunchedPlan {
  std::string name;
  io::Document plan;          // kept beside the store
  bool is_divisible = true;   // into shares
  std::vector<Field> fields;  // of the session, not of the plan
};

// --launcher slurm submits (`submits`: else only writes the scripts); --launcher local runs to the end, else is an
// error. What belongs to the other launcher, and a share of a share, are errors, too.
[[nodiscard]] Result<Answer> launch(const Request& request, const Context& context, const LaunchedPlan& plan,
                                    bool submits);

[[nodiscard]] bool is_launch(const io::Document& answer);
[[nodiscard]] report::Page page_of_launch(const io::Document& answer);

}  // namespace diffjoule::api
