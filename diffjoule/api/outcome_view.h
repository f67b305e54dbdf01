// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/io/document.h"
#include "diffjoule/report/chart.h"
#include "diffjoule/report/page.h"
#include "diffjoule/sweep/outcome.h"

// What a sweep ends with (sweep/outcome.h), as an answer, a page and a picture.
namespace diffjoule::api {

[[nodiscard]] io::Document document_of(const sweep::Outcome& outcome, const std::string& device_origin);
void add_outcome(const io::Document& outcome, report::Page& page);

// Measured against predicted time; hollow: runs that the law never saw. `simulated`: nothing was computed.
[[nodiscard]] report::Chart picture_of(const sweep::Outcome& outcome, const std::string& title, bool simulated);

// "1.3 %"
[[nodiscard]] std::string percent(double share);

}  // namespace diffjoule::api
