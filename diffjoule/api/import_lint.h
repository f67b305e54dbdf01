// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/hardware/gpu.h"
#include "diffjoule/store/import.h"

// What an imported record cannot be, held against physics and data sheets.
namespace diffjoule::api {

struct ImportFinding {
  std::string problem;  // with its numbers
  std::string likely_cause;
};

// "8 x NVIDIA A100-SXM4-80GB" is eight cards of that name; cards that are not in the catalogue are not judged.
[[nodiscard]] std::vector<ImportFinding> lint_import(const store::Record& record, const GpuCatalogue& gpus);

}  // namespace diffjoule::api
