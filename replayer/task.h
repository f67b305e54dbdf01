// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/program.h"
#include "diffjoule/io/document.h"
#include "diffjoule/models/pipeline_shelf.h"
#include "diffjoule/workload/workload.h"

// What a request asks to be run.
namespace diffjoule::replayer {

struct Task {
  Workload workload;
  double fraction = 1.0;  // of the evaluations of each phase

  [[nodiscard]] std::int64_t executed(std::int64_t evaluations) const;
};

// From the members "workload" and "fraction".
[[nodiscard]] Result<Task> task_of(const io::Document& request);

// From the catalogue, or a path to a model of one's own.
[[nodiscard]] models::PipelineShelf shelf();

[[nodiscard]] Result<Program> program_of(models::PipelineShelf& shelf, const Workload& workload);

}  // namespace diffjoule::replayer
