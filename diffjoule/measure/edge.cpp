// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/edge.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "diffjoule/units/text.h"

namespace diffjoule::measure {
namespace {

constexpr double jump_weight = 0.75;
constexpr int moments = 64;  // for the rectangular moment of an excess

double square(double x) { return x * x; }

struct Edge {
  double x;     // seconds since the cover begins
  double sign;  // +1 where the window ends
};

// The steps of one counter in plain numbers: seconds since the cover begins, joules.
class Steps {
 public:
  Steps(const CounterPath& path, const Cover& cover, const PowerCurve* shape, bool may_stand)
      : cover_(cover), shape_(shape) {
    step_ = usual_step(path);
    for (const Knot& k : path.knots) {
      add(k);
      last_stood_ = k.stood.in(second);
      if (!may_stand || last_stood_ <= 1.5 * step_.in(second)) continue;
      const os::Instant seen = k.latest + k.stood;
      stands_.back() = true;
      last_stood_ = 0.0;
      add({std::max(k.latest, seen - path.update), seen, k.value, k.segment});
    }
    slope_.assign(s_.size(), 0.0);
    resolution_ = path.resolution.in(joule);
    base_ = e_.front();
  }

  bool can_tell_power() const { return s_.size() >= 2; }

  Integral run() {
    std::map<std::size_t, std::vector<Edge>> inside;  // by the knot before
    for (const Stretch& s : cover_.stretches()) {
      for (const auto& [moment, sign] : {std::pair{s.begin, -1.0}, std::pair{s.end, 1.0}}) {
        const double x = (moment - cover_.begin()).in(second);
        variance_ += square(resolution_) / 12.0;
        if (x < s_.front()) {
          outside(0, x, sign);
        } else if (x >= s_.back()) {
          outside(s_.size() - 1, x, sign);
        } else {
          const auto after = std::upper_bound(s_.begin(), s_.end(), x);
          inside[static_cast<std::size_t>(after - s_.begin()) - 1].push_back({x, sign});
        }
      }
    }
    for (const auto& [knot, edges] : inside) {
      if (stands_[knot]) {
        still(knot, edges);
      } else {
        within(knot, edges);
      }
    }
    for (std::size_t j = 0; j < s_.size(); ++j) variance_ += square(slope_[j] * b_[j]) / 3.0;
    const Energy random = std::sqrt(variance_) * joule;
    return {energy_ * joule, random, 0.0, random};
  }

 private:
  bool have(std::size_t j) const { return j + 1 < s_.size() && segment_[j] == segment_[j + 1] && s_[j + 1] > s_[j]; }
  double mean_power(std::size_t j) const { return (e_[j + 1] - e_[j]) / (s_[j + 1] - s_[j]); }

  // How long a value usually stands: the update period, or what was seen where that is longer.
  static Duration usual_step(const CounterPath& path) {
    std::vector<Duration> stood;
    for (const Knot& k : path.knots) stood.push_back(k.stood);
    const auto middle = stood.begin() + static_cast<std::ptrdiff_t>((stood.size() - 1) / 2);
    std::nth_element(stood.begin(), middle, stood.end());
    return std::max(path.update, *middle);
  }

  void add(const Knot& k) {
    s_.push_back((k.middle() - cover_.begin()).in(second));
    b_.push_back(k.half_width().in(second));
    e_.push_back(k.value.in(joule));
    segment_.push_back(k.segment);
    stands_.push_back(false);
  }

  void still(std::size_t j, const std::vector<Edge>& edges) {
    double net = 0.0;
    for (const Edge& edge : edges) {
      net += edge.sign;
      energy_ += edge.sign * (e_[j] - base_);
    }
    const double power = j > 0 && have(j - 1) ? mean_power(j - 1) : 0.0;
    variance_ += square(net * power * step_.in(second));
  }

  void outside(std::size_t knot, double x, double sign) {
    const bool front = knot == 0;
    const std::size_t nearest = front ? 0 : knot - 1;
    const double power = have(nearest) ? mean_power(nearest) : 0.0;
    const std::size_t next = front ? nearest + 1 : nearest - 1;
    const double other = (front || nearest > 0) && have(next) ? mean_power(next) : power;
    const double h = x - s_[knot];
    energy_ += sign * (e_[knot] - base_ + power * h);
    slope_[knot] -= sign * power;
    variance_ += square((power - other) * h) / 3.0;
    if (!front) variance_ += square(power * std::max(0.0, std::min(h, last_stood_) - step_.in(second))) / 3.0;
  }

  void within(std::size_t j, const std::vector<Edge>& edges) {
    const double length = s_[j + 1] - s_[j], whole = e_[j + 1] - e_[j], power = whole / length;
    std::vector<Edge> at = edges;  // x as the fraction F
    for (Edge& edge : at) {
      edge.x = (edge.x - s_[j]) / length;
      energy_ += edge.sign * (e_[j] - base_);
      slope_[j] -= edge.sign * power * (1.0 - edge.x);
      slope_[j + 1] -= edge.sign * power * edge.x;
    }
    if (!by_power(j, at, whole)) by_neighbours(j, at, length, power);
  }

  // The measured power's own shape, where it is fine enough.
  bool by_power(std::size_t j, const std::vector<Edge>& edges, double whole) {
    if (shape_ == nullptr || shape_->spacing > (s_[j + 1] - s_[j]) / 3.0 * second) return false;
    std::vector<std::pair<double, double>> curve;  // F, watts
    const double length = s_[j + 1] - s_[j], spacing = shape_->spacing.in(second);
    for (const PowerPoint& p : shape_->points) {
      const double t = (p.centre - cover_.begin()).in(second);
      if (t > s_[j] - 1.5 * spacing && t < s_[j + 1] + 1.5 * spacing)
        curve.emplace_back((t - s_[j]) / length, p.power.in(watt));
    }
    if (curve.size() < 4 || curve.front().first > 0.0 || curve.back().first < 1.0) return false;
    const auto integral = [&](double to) {
      double sum = 0.0;
      for (std::size_t k = 1; k < curve.size(); ++k) {
        const auto& [f0, p0] = curve[k - 1];
        const auto& [f1, p1] = curve[k];
        const double a = std::clamp(f0, 0.0, to), b = std::clamp(f1, 0.0, to);
        if (b <= a || f1 <= f0) continue;
        sum += 0.5 * (std::lerp(p0, p1, (a - f0) / (f1 - f0)) + std::lerp(p0, p1, (b - f0) / (f1 - f0))) * (b - a);
      }
      return sum;
    };
    const double all = integral(1.0);
    if (!(all > 0.0)) return false;
    double jumps = 0.0, weight = 0.0;
    for (std::size_t k = 1; k < curve.size(); ++k)
      jumps = std::max(jumps, std::abs(curve[k].second - curve[k - 1].second));
    for (const Edge& edge : edges) {
      energy_ += edge.sign * whole * integral(edge.x) / all;
      weight += edge.sign;
    }
    variance_ += square(jumps * spacing) / 12.0 * std::max(1.0, square(weight));
    return true;
  }

  void by_neighbours(std::size_t j, const std::vector<Edge>& edges, double length, double power) {
    const double before = j > 0 && have(j - 1) ? mean_power(j - 1) : power;
    const double after = have(j + 1) ? mean_power(j + 1) : power;
    const double low = std::min(before, after), high = std::max(before, after);
    double jump = 0.0, ramp = 0.0;
    const double share = high > low ? std::clamp((after - power) / (after - before), 0.0, 1.0) : 1.0;
    const bool between = power >= low && power <= high;
    for (const Edge& edge : edges) {
      const double f = edge.x;
      const double even = power * length * f;
      const double jumped = length * (before * std::min(f, share) + after * std::max(0.0, f - share));
      const double ran = even + 0.25 * (after - before) * length * (f * f - f);
      jump += edge.sign * (between ? jumped : even);
      ramp += edge.sign * (between ? ran : even);
    }
    energy_ += jump_weight * jump + (1.0 - jump_weight) * ramp;
    variance_ += jump_weight * (1.0 - jump_weight) * square(jump - ramp);
    if (!between) {
      const double excess = (power > high ? power - high : low - power) * length;
      variance_ += square(excess) * excess_variance(edges);
    }
  }

  static double excess_variance(const std::vector<Edge>& edges) {
    double sum = 0.0, squares = 0.0;
    for (int k = 0; k < moments; ++k) {
      double before = 0.0;
      for (const Edge& edge : edges) before += (k + 0.5) / moments < edge.x ? edge.sign : 0.0;
      sum += before;
      squares += before * before;
    }
    return squares / moments - square(sum / moments);
  }

  const Cover& cover_;
  const PowerCurve* shape_;
  std::vector<double> s_, b_, e_, slope_;
  std::vector<std::size_t> segment_;
  std::vector<bool> stands_;  // from this knot to the next
  Duration step_;
  double last_stood_ = 0.0;  // behind the last knot
  double resolution_ = 0.0, base_ = 0.0, energy_ = 0.0, variance_ = 0.0;
};

std::string what_broke(const Break& b) {
  if (b.kind == Break::Kind::fell)
    return "the energy counter fell from " + to_text(b.before) + " to " + to_text(b.after) + " inside the window";
  return "the energy counter started again or more than half of its range went by unseen: nobody knows how much";
}

}  // namespace

Result<Integral> counter_energy(const CounterPath& path, const Cover& cover, const PowerCurve* shape,
                                Duration read_period, bool may_stand) {
  if (path.segments.empty()) return fail(ErrorCode::unavailable, "the energy counter was never read");
  const Duration reach = 1.5 * std::max(path.update, read_period) + 0.05 * second;
  for (const Break& b : path.breaks) {
    if (b.to > cover.begin() && b.from < cover.end()) return fail(ErrorCode::unavailable, what_broke(b));
  }
  std::size_t segment = 0;
  while (segment + 1 < path.segments.size() && path.segments[segment + 1].first <= cover.begin()) ++segment;
  const CounterPath::Watched watched = path.segments[segment];
  if (cover.begin() < watched.first - reach)
    return fail(ErrorCode::unavailable, "the energy counter was first read " + to_text(watched.first - cover.begin()) +
                                            " after the window had begun");
  if (cover.end() > watched.last + reach) {
    return fail(ErrorCode::unavailable,
                std::string(path.lost_at ? "the device was lost " : "the energy counter was last read ") +
                    to_text(cover.end() - watched.last) + " before the window ended");
  }
  CounterPath own = path;
  std::erase_if(own.knots, [segment](const Knot& k) { return k.segment != segment; });
  Steps steps(own, cover, shape, may_stand);
  if (!steps.can_tell_power() && !stood_still(path, cover))
    return fail(ErrorCode::unavailable, "the energy counter did not step near the window");
  return steps.run();
}

bool stood_still(const CounterPath& path, const Cover& cover) {
  for (const Knot& k : path.knots) {
    if (k.earliest > cover.begin() && k.latest <= cover.end() + path.update) return false;
  }
  return !path.segments.empty() && cover.elapsed() > 3.0 * std::max(path.update, 0.1 * second);
}

}  // namespace diffjoule::measure
