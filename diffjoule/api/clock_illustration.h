// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/api/verb.h"

// Energy and time under fixed SM clocks, from the tables whose role is "illustration", beside what the roofline's power
// cap says of clocks that fall by s: time x s, dynamic energy / sqrt(s), static power x time. Never fitted, never
// scored.
namespace diffjoule::api {

// {"heading", "rows": [{"gpu", "clock_hz", "slowdown", "energy_ratio", "implied_energy_ratio", ...}]}
[[nodiscard]] Result<io::Document> clock_illustration(const Context& context);

void show_clocks(const io::Document& illustration, report::Page& page);

}  // namespace diffjoule::api
