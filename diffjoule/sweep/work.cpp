// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/work.h"

#include "diffjoule/flops/count.h"

namespace diffjoule::sweep {

Result<FlopCount> work_of(const models::FindPipeline& find, const Workload& workload) {
  auto passes = models::passes(find, workload);
  if (!passes) return forward(passes);
  auto program = models::program(*passes);
  if (!program) return forward(program, workload.model);
  return flops::count(*program).total().flops;
}

}  // namespace diffjoule::sweep
