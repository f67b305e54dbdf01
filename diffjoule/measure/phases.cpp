// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/phases.h"

#include <algorithm>
#include <map>
#include <utility>

namespace diffjoule::measure {

std::vector<PhaseCover> group_by_name(const std::vector<Span>& spans, os::Instant begin, os::Instant end) {
  std::map<std::string, std::vector<Stretch>> stretches;
  for (const Span& span : spans) {
    const Stretch s{std::max(span.begin, begin), std::min(span.end, end)};
    if (s.end > s.begin) stretches[span.name].push_back(s);
  }
  std::vector<PhaseCover> phases;
  for (auto& [name, list] : stretches) {
    const std::uint64_t count = list.size();
    phases.push_back({name, count, Cover(std::move(list))});
  }
  std::stable_sort(phases.begin(), phases.end(), [](const PhaseCover& a, const PhaseCover& b) {
    return a.cover.begin() < b.cover.begin() || (a.cover.begin() == b.cover.begin() && a.cover.end() > b.cover.end());
  });
  return phases;
}

}  // namespace diffjoule::measure
