// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/measure/measurement.h"
#include "diffjoule/report/page.h"

// A measurement for people: what each phase and part took, whether to believe it, what was assumed.
namespace diffjoule::api {

[[nodiscard]] report::Page page_of(const measure::Measurement& measurement);

// "12.34 +/- 0.12 kJ" with twice the standard uncertainty (k = 2), to its two significant digits.
[[nodiscard]] std::string with_uncertainty(const Estimate<Energy>& energy);

}  // namespace diffjoule::api
