// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "replayer/task.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/checkpoint/inspection.h"
#include "diffjoule/models/program.h"
#include "diffjoule/workload/document.h"

namespace diffjoule::replayer {

std::int64_t Task::executed(std::int64_t evaluations) const {
  return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(fraction * static_cast<double>(evaluations))), 1,
                                  std::max<std::int64_t>(1, evaluations));
}

Result<Task> task_of(const io::Document& request) {
  const io::Document* workload = request.find("workload");
  if (workload == nullptr)
    return fail(ErrorCode::invalid_argument, "a task has a member \"workload\", such as {\"model\": \"sd15\"}");
  auto read = workload_from(*workload);
  if (!read) return forward(read, "reading the workload");
  if (auto status = check(*read); !status) return forward(status);
  Task task{.workload = std::move(*read)};
  if (const io::Document* fraction = request.find("fraction"); fraction != nullptr) task.fraction = fraction->number();
  if (!(task.fraction > 0.0 && task.fraction <= 1.0))
    return fail(ErrorCode::invalid_argument, "\"fraction\" is a share of the evaluations, above 0 and up to 1");
  return task;
}

models::PipelineShelf shelf() {
  return models::PipelineShelf([catalogue = models::Catalogue(io::DataFiles())](const std::string& name) {
    return checkpoint::find_pipeline(name, catalogue);
  });
}

Result<Program> program_of(models::PipelineShelf& shelf, const Workload& workload) {
  if (workload.parallelism.devices > 1)
    return fail(ErrorCode::unavailable, "replay runs on one machine; leave out what shares a request between devices");
  auto passes = models::passes([&shelf](const std::string& name) { return shelf.find(name); }, workload);
  if (!passes) return forward(passes);
  return models::program(*passes);
}

}  // namespace diffjoule::replayer
