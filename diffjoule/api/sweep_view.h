// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "diffjoule/io/document.h"
#include "diffjoule/report/page.h"
#include "diffjoule/sweep/journal.h"
#include "diffjoule/sweep/plan.h"

// The trials of a sweep as an answer, and as a page.
namespace diffjoule::api {

// Members "trials", "configurations" and "sums".
void put_trials(io::Document& answer, const sweep::Journal& journal);

[[nodiscard]] report::Page sweep_page(const io::Document& answer);

}  // namespace diffjoule::api
