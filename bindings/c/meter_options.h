// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/io/document.h"
#include "diffjoule/measure/meter.h"

namespace diffjoule::c {

// What diffjoule_meter_open() can be told.
struct OpenOptions {
  measure::MeterOptions meter;
  std::vector<std::string> requests;
  std::string root = "/";
  Duration idle;
};

// Members that are none of those in diffjoule.h, of another kind or out of range are errors that name them.
[[nodiscard]] Result<OpenOptions> meter_options(const io::Document& members);

}  // namespace diffjoule::c
