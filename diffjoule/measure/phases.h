// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "diffjoule/measure/cover.h"
#include "diffjoule/measure/meter.h"

// Spans grouped by name: a phase that was entered fifty times is one, with its count and the time that it covers.
namespace diffjoule::measure {

struct PhaseCover {
  std::string name;
  std::uint64_t count = 0;
  Cover cover;
};

// In order of their first beginning; what lies outside `begin`..`end` is cut off, and spans wholly outside are left
// out.
[[nodiscard]] std::vector<PhaseCover> group_by_name(const std::vector<Span>& spans, os::Instant begin, os::Instant end);

}  // namespace diffjoule::measure
