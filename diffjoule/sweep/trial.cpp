// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/trial.h"

#include "diffjoule/workload/document.h"

namespace diffjoule::sweep {

std::string Configuration::key() const { return canonical_key(workload); }

}  // namespace diffjoule::sweep
