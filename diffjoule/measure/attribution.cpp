// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/attribution.h"

#include <algorithm>

namespace diffjoule::measure {
namespace {

constexpr double nobody = 0.01;

}  // namespace

void Occupancy::add(os::Instant time, const std::vector<sensors::Occupant>& occupants, const std::vector<int>& own) {
  if (own.empty()) return;
  Use use;
  double mine = 0.0, all = 0.0;
  for (const sensors::Occupant& o : occupants) {
    if (!o.utilization) use.told = false;
  }
  for (const sensors::Occupant& o : occupants) {
    const bool is_own = std::find(own.begin(), own.end(), o.pid) != own.end();
    if (!is_own && use.told && *o.utilization < nobody) continue;
    const double weight = use.told ? *o.utilization : 1.0;
    all += weight;
    if (!is_own) use.others += 1;
    mine += is_own ? weight : 0.0;
  }
  if (use.others > 0) use.share = all > 0.0 ? mine / all : 0.0;
  const auto same = [&use](const Point& p) {
    return p.use.share == use.share && p.use.others == use.others && p.use.told == use.told;
  };
  if (points_.empty() || !same(points_.back())) points_.push_back({time, use});
}

void Occupancy::forget(os::Instant before) {
  while (points_.size() > 1 && points_[1].time <= before) points_.erase(points_.begin());
}

std::optional<Occupancy::Use> Occupancy::use(const Cover& cover) const {
  Use sum{0.0, 0, true};
  Duration time;
  for (std::size_t i = 0; i < points_.size(); ++i) {
    const os::Instant until = i + 1 < points_.size() ? points_[i + 1].time : std::max(points_[i].time, cover.end());
    const os::Instant from = i == 0 ? std::min(points_[i].time, cover.begin()) : points_[i].time;
    const Duration within = cover.within(from, until);
    if (within <= Duration{}) continue;
    time += within;
    sum.share += points_[i].use.share * within.in(second);
    sum.others = std::max(sum.others, points_[i].use.others);
    if (points_[i].use.others > 0 && !points_[i].use.told) sum.told = false;
  }
  if (sum.others == 0) return std::nullopt;
  sum.share /= time.in(second);
  return sum;
}

}  // namespace diffjoule::measure
