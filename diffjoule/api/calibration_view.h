// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/io/document.h"
#include "diffjoule/report/page.h"

namespace diffjoule::api {

// The answer of calibrate as a page: what the device does at its best, and the cases before and after.
[[nodiscard]] report::Page calibration_page(const io::Document& answer);

}  // namespace diffjoule::api
