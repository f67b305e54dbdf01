// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/designs.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>
#include <utility>

namespace diffjoule::sweep {
namespace {

constexpr std::size_t most_configurations = 100'000;

Status add_level(Configuration& configuration, const Axis& axis, const Level& level) {
  configuration.levels[axis.name] = level.text;
  return set_level(configuration.workload, axis, level);
}

// A number below `bound`, every one equally likely, the same on every machine.
std::uint64_t below(std::mt19937_64& random, std::uint64_t bound) {
  const std::uint64_t limit = random.max() - random.max() % bound;
  std::uint64_t value = random();
  while (value >= limit) value = random();
  return value % bound;
}

double share(std::mt19937_64& random) {
  constexpr int unused_bits = 11;
  return static_cast<double>(random() >> unused_bits) * 0x1p-53;
}

std::vector<std::size_t> shuffled(std::size_t count, std::mt19937_64& random) {
  std::vector<std::size_t> order(count);
  for (std::size_t i = 0; i < count; ++i) order[i] = i;
  for (std::size_t i = count; i > 1; --i) std::swap(order[i - 1], order[below(random, i)]);
  return order;
}

bool is_numeric(const Axis& axis) {
  return axis.name != "model" && std::all_of(axis.levels.begin(), axis.levels.end(),
                                             [](const Level& level) { return level.number.has_value(); });
}

std::pair<Level, Level> ends(const Axis& axis) {
  const auto [least, most] = std::minmax_element(axis.levels.begin(), axis.levels.end(),
                                                 [](const Level& a, const Level& b) { return *a.number < *b.number; });
  return {*least, *most};
}

// The two axes of the corners.
std::vector<const Axis*> corner_axes(const Plan& plan) {
  std::vector<const Axis*> numeric, work;
  for (const Axis& axis : plan.axes) {
    if (!is_numeric(axis) || ends(axis).first.text == ends(axis).second.text) continue;
    numeric.push_back(&axis);
    if (axis.name == "resolution" || axis.name == "steps") work.push_back(&axis);
  }
  if (work.size() < 2) work = numeric;
  work.resize(std::min<std::size_t>(work.size(), 2));
  return work;
}

// One point of a hypercube: a share of each axis that varies.
using Point = std::vector<double>;

std::vector<Point> drawn(std::size_t points, std::size_t axes, std::mt19937_64& random) {
  std::vector<Point> all(points, Point(axes));
  for (std::size_t axis = 0; axis < axes; ++axis) {
    const auto order = shuffled(points, random);
    for (std::size_t i = 0; i < points; ++i)
      all[i][axis] = (static_cast<double>(order[i]) + share(random)) / static_cast<double>(points);
  }
  return all;
}

// Where a point falls on a list of values: its middle.
double settled(const Axis& axis, double at) {
  if (axis.range) return at;
  const auto count = static_cast<double>(axis.levels.size());
  constexpr double half = 0.5;
  return (std::floor(at * count) + half) / count;
}

double nearest_distance(const std::vector<Point>& points) {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      double sum = 0.0;
      for (std::size_t axis = 0; axis < points[i].size(); ++axis) {
        const double apart = points[i][axis] - points[j][axis];
        sum += apart * apart;
      }
      if (sum > 0.0) nearest = std::min(nearest, sum);
    }
  }
  return nearest;
}

std::vector<Point> best_hypercube(const Plan& plan, std::size_t count, std::uint64_t seed) {
  constexpr int tries = 64;
  std::mt19937_64 random(seed);
  std::vector<Point> best;
  std::pair<std::size_t, double> best_score;
  for (int i = 0; i < tries; ++i) {
    const std::vector<Point> points = drawn(count, plan.axes.size(), random);
    std::vector<Point> fallen = points;
    for (Point& point : fallen) {
      for (std::size_t axis = 0; axis < point.size(); ++axis) point[axis] = settled(plan.axes[axis], point[axis]);
    }
    const std::pair score{std::set(fallen.begin(), fallen.end()).size(), nearest_distance(fallen)};
    if (!best.empty() && score <= best_score) continue;
    best = points;
    best_score = score;
  }
  return best;
}

// How many points can be told apart; ranges count as any number.
std::size_t combinations(const Plan& plan) {
  std::size_t count = 1;
  for (const Axis& axis : plan.axes) {
    if (axis.range) return most_configurations;
    count = std::min(most_configurations, count * axis.levels.size());
  }
  return count;
}

Result<std::vector<Configuration>> without_repeats(std::vector<Configuration> all) {
  std::set<std::string> seen;
  std::vector<Configuration> once;
  for (Configuration& configuration : all) {
    if (seen.insert(configuration.key()).second) once.push_back(std::move(configuration));
  }
  return once;
}

}  // namespace

std::vector<std::size_t> shuffled(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  return shuffled(count, random);
}

Result<std::vector<Configuration>> full_factorial(const Plan& plan) {
  std::vector<Configuration> all{{plan.base, {}}};
  for (const Axis& axis : plan.axes) {
    if (axis.range)
      return fail(ErrorCode::invalid_argument, "axis " + axis.name + " is a range; a full factorial needs its values");
    if (all.size() * axis.levels.size() > most_configurations)
      return fail(ErrorCode::invalid_argument, "the full factorial has more than " +
                                                   std::to_string(most_configurations) +
                                                   " configurations; use --design lhs with --points N");
    std::vector<Configuration> longer;
    for (const Configuration& configuration : all) {
      for (const Level& level : axis.levels) {
        longer.push_back(configuration);
        if (auto set = add_level(longer.back(), axis, level); !set) return forward(set);
      }
    }
    all = std::move(longer);
  }
  return without_repeats(std::move(all));
}

Result<std::vector<Configuration>> corners(const Plan& plan) {
  const auto work = corner_axes(plan);
  if (work.size() < 2)
    return fail(ErrorCode::invalid_argument,
                "four corners need two axes of at least two numbers each, such as resolution=256,1024 and steps=10,50");
  Plan square = plan;
  for (Axis& axis : square.axes) {
    const bool is_corner = axis.name == work[0]->name || axis.name == work[1]->name;
    axis.range.reset();
    if (is_corner) {
      const auto [least, most] = ends(axis);
      axis.levels = {least, most};
    } else if (axis.name != "model") {
      axis.levels.resize(1);
    }
  }
  return full_factorial(square);
}

Result<std::vector<Configuration>> latin_hypercube(const Plan& plan) {
  constexpr std::int64_t points_an_axis = 10;
  const std::size_t most = combinations(plan);
  const auto varying = std::count_if(plan.axes.begin(), plan.axes.end(),
                                     [](const Axis& axis) { return axis.range || axis.levels.size() > 1; });
  if (plan.points && static_cast<std::size_t>(*plan.points) > most)
    return fail(ErrorCode::invalid_argument, "points: " + std::to_string(*plan.points) + " of " + std::to_string(most) +
                                                 " combinations; the full factorial has them all");
  const auto wanted =
      static_cast<std::size_t>(plan.points.value_or(std::max<std::int64_t>(1, points_an_axis * varying)));
  std::vector<Configuration> all;
  for (const Point& point : best_hypercube(plan, std::min(wanted, most), plan.seed)) {
    Configuration configuration{plan.base, {}};
    for (std::size_t i = 0; i < plan.axes.size(); ++i) {
      const Axis& axis = plan.axes[i];
      const auto index = static_cast<std::size_t>(point[i] * static_cast<double>(axis.levels.size()));
      auto level = axis.range ? level_within(axis, point[i]) : axis.levels[std::min(index, axis.levels.size() - 1)];
      if (!level) return forward(level);
      if (auto set = add_level(configuration, axis, *level); !set) return forward(set);
    }
    all.push_back(std::move(configuration));
  }
  return without_repeats(std::move(all));
}

Result<std::vector<Configuration>> configurations(const Plan& plan) {
  switch (plan.design) {
    case DesignKind::corners:
      return corners(plan);
    case DesignKind::latin_hypercube:
      return latin_hypercube(plan);
    case DesignKind::full:
    case DesignKind::adaptive:  // chooses among them
      break;
  }
  return full_factorial(plan);
}

}  // namespace diffjoule::sweep
