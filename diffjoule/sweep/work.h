// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/models/program.h"
#include "diffjoule/units/count.h"
#include "diffjoule/workload/workload.h"

namespace diffjoule::sweep {

// The operations that one run of a workload takes, counted.
[[nodiscard]] Result<FlopCount> work_of(const models::FindPipeline& find, const Workload& workload);

}  // namespace diffjoule::sweep
