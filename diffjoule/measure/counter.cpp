// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/counter.h"

#include <algorithm>
#include <cmath>

namespace diffjoule::measure {
namespace {

constexpr Power most_of_a_part = 20e3 * watt;
constexpr double period_tolerance = 0.02;

using sensors::Absence;

// The median time that values were seen to stand.
Duration standing_time(const std::vector<Series::Point>& points) {
  std::vector<double> runs;
  os::Instant since;
  bool inside = false;
  for (const auto& p : points) {
    if (!p.reading.there()) continue;
    if (p.held && inside) {
      runs.back() = (p.time - since).in(second);
      continue;
    }
    since = p.time;
    runs.push_back(0.0);
    inside = true;
  }
  if (!inside || runs.size() < 8) return {};
  const auto middle = runs.begin() + static_cast<std::ptrdiff_t>(runs.size() / 2);
  std::nth_element(runs.begin(), middle, runs.end());
  return *middle * second;
}

double range_of(const sensors::Channel& channel) { return channel.wraps_at.value_or(0.0) + channel.resolution; }

class PathReader {
 public:
  PathReader(const sensors::Channel& channel, Duration update) : channel_(channel) {
    path_.resolution = channel.resolution * joule;
    path_.update = update;
  }

  void take(const Series::Point& p) {
    if (!p.reading.there() || !std::isfinite(p.reading.value)) {
      if (p.reading.absence == Absence::lost && !path_.lost_at) path_.lost_at = p.time;
      return;
    }
    path_.lost_at.reset();
    const double v = p.reading.value;
    if (path_.segments.empty()) {
      start(p.time, v);
    } else if (v != last_) {
      step(p.time, v);
    }
    last_ = v;
    path_.segments.back().last = p.time;
    path_.knots.back().stood = p.time - path_.knots.back().latest;
  }

  CounterPath finish() && { return std::move(path_); }

 private:
  void start(os::Instant t, double v) {
    const Duration since = path_.update > Duration{} ? path_.update : 0.1 * second;
    path_.segments.push_back({t, t});
    add_knot(t - since, t, v);
  }

  void step(os::Instant t, double v) {
    const os::Instant before = path_.segments.back().last;
    const CounterStep meant = counter_step(channel_, last_ * joule, v * joule, t - before + path_.update);
    if (meant.broken) return break_off(*meant.broken, before, t, v);
    if (meant.wrapped) offset_ += range_of(channel_);
    add_knot(path_.update > Duration{} ? std::max(before, t - path_.update) : before, t, v);
  }

  void break_off(Break::Kind kind, os::Instant before, os::Instant t, double v) {
    path_.breaks.push_back({kind, before, t, last_ * joule, v * joule});
    offset_ = 0.0;
    start(t, v);
  }

  void add_knot(os::Instant earliest, os::Instant latest, double v) {
    path_.knots.push_back({earliest, latest, (v + offset_) * joule, path_.segments.size() - 1});
  }

  const sensors::Channel& channel_;
  CounterPath path_;
  double last_ = 0.0, offset_ = 0.0;
};

// Narrows a knot by its neighbour's moment, `away` (one update period, signed) from it.
void date(Knot& knot, const Knot& neighbour, Duration away, Duration update) {
  if (neighbour.segment != knot.segment || neighbour.half_width() >= knot.half_width()) return;
  const Duration tolerance = period_tolerance * update;
  const os::Instant low = std::max(knot.earliest, neighbour.earliest + away - tolerance);
  const os::Instant high = std::min(knot.latest, neighbour.latest + away + tolerance);
  // A sliver means that an update between the two was not seen.
  if (high - low < neighbour.half_width()) return;
  knot.earliest = low;
  knot.latest = high;
}

void date_neighbours(CounterPath& path) {
  if (path.update <= Duration{}) return;
  auto& knots = path.knots;
  for (std::size_t i = 1; i < knots.size(); ++i) date(knots[i], knots[i - 1], path.update, path.update);
  for (std::size_t i = knots.size(); i-- > 1;) date(knots[i - 1], knots[i], -1.0 * path.update, path.update);
}

}  // namespace

CounterStep counter_step(const sensors::Channel& channel, Energy before, Energy after, Duration passed) {
  CounterStep step{after - before, false, {}};
  const Energy range = range_of(channel) * joule;
  if (step.by < Energy()) {
    if (!channel.wraps_at) {
      step.broken = channel.may_wrap ? Break::Kind::wrap_unknown : Break::Kind::fell;
      return step;
    }
    step.by = step.by + range;
    step.wrapped = true;
    if (step.by < Energy() || step.by / passed > most_of_a_part) step.broken = Break::Kind::fell;
  }
  if (!step.broken && channel.wraps_at && step.by > 0.5 * range) step.broken = Break::Kind::wrap_unknown;
  return step;
}

CounterPath counter_path(const std::vector<Series::Point>& points, const sensors::Channel& channel) {
  Duration update = channel.update_period;
  const Duration seen = standing_time(points);
  const bool as_stated = seen <= 1.2 * std::max(update, 0.1 * second);
  if (!as_stated) update = seen;
  PathReader reader(channel, update);
  for (const auto& p : points) reader.take(p);
  CounterPath path = std::move(reader).finish();
  if (as_stated) date_neighbours(path);
  return path;
}

}  // namespace diffjoule::measure
