// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/integrate.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace diffjoule::measure {
namespace {

constexpr int moments = 16;  // for the rectangular moment of a jump

double square(double x) { return x * x; }

double median(double a, double b, double c) { return std::max(std::min(a, b), std::min(std::max(a, b), c)); }

// One curve in plain numbers: seconds since the cover begins, watts.
class Sum {
 public:
  Sum(const PowerCurve& curve, const Cover& cover) : curve_(curve), cover_(cover), origin_(cover.begin()) {
    for (const PowerPoint& p : curve.points) {
      t_.push_back((p.centre - origin_).in(second));
      v_.push_back(p.power.in(watt));
    }
    m_ = median_of_three(v_);
    spacing_ = curve.spacing.in(second);
    window_ = curve.window.in(second);
  }

  PowerIntegral run() {
    interior();
    ends();
    edges();
    PowerIntegral result;
    const double readings = elapsed() / spacing_;
    white_ += square(curve_.resolution) / 12.0 * square(spacing_) * readings;
    result.energy = {energy_ * joule, std::sqrt(jumps_ + white_ + edges_ + gap_variance()) * joule, curve_.gain,
                     std::sqrt(edges_) * joule};
    result.gaps = gaps_ * second;
    // Where most readings differ from their neighbours that much, it is not the sensor that is noisy.
    const double noise = curve_.noise.in(watt)*elapsed();
    if (noise > 0.05 * energy_) bursts_ = std::max(bursts_, noise);
    result.burst_share = energy_ > 0.0 ? (window_ < spacing_ ? bursts_ : short_changes()) / energy_ : 0.0;
    result.highest = highest_ * watt;
    return result;
  }

 private:
  double elapsed() const { return cover_.elapsed().in(second); }
  os::Instant at(double t) const { return origin_ + t * second; }
  void see(double power) {
    lowest_ = std::min(lowest_, power);
    highest_ = std::max(highest_, power);
  }

  double power_at(double t) const {
    const auto next = std::lower_bound(t_.begin(), t_.end(), t);
    if (next == t_.begin()) return v_.front();
    if (next == t_.end()) return v_.back();
    const auto i = static_cast<std::size_t>(next - t_.begin());
    return std::lerp(v_[i - 1], v_[i], (t - t_[i - 1]) / (t_[i] - t_[i - 1]));
  }

  double range_within(double from, double to) const {
    double low = power_at(from), high = low;
    const auto take = [&](double p) { low = std::min(low, p), high = std::max(high, p); };
    take(power_at(to));
    for (auto i = static_cast<std::size_t>(std::lower_bound(t_.begin(), t_.end(), from) - t_.begin());
         i < t_.size() && t_[i] <= to; ++i)
      take(v_[i]);
    return high - low;
  }

  // Step between points i and i + 1 of the filtered curve that is no ramp.
  double jump(std::size_t i) const {
    const auto d = [&](std::size_t k) { return m_[k + 1] - m_[k]; };
    const double before = i > 0 ? d(i - 1) : 0.0, after = i + 2 < m_.size() ? d(i + 1) : 0.0;
    return d(i) - median(before, d(i), after);
  }

  // Variance over a rectangular moment y in 0..1 of the share of the interval that is covered and behind y.
  static double variance_behind(const std::vector<Stretch>& parts, os::Instant from, Duration length) {
    double sum = 0.0, squares = 0.0;
    for (int k = 0; k < moments; ++k) {
      const double y = (k + 0.5) / moments;
      double behind = 0.0;
      for (const Stretch& s : parts) {
        const double a = (s.begin - from) / length, b = (s.end - from) / length;
        behind += std::max(0.0, b - std::max(a, y));
      }
      sum += behind;
      squares += behind * behind;
    }
    return squares / moments - square(sum / moments);
  }

  void interior() {
    const double blind = std::max(0.0, spacing_ - window_);
    for (std::size_t i = 0; i + 1 < t_.size(); ++i) {
      const std::vector<Stretch> parts = cover_.parts(at(t_[i]), at(t_[i + 1]));
      if (parts.empty()) continue;
      const double length = t_[i + 1] - t_[i];
      double covered = 0.0;
      for (const Stretch& s : parts) {
        const double a = (s.begin - origin_).in(second), b = (s.end - origin_).in(second);
        const double from = std::lerp(v_[i], v_[i + 1], (a - t_[i]) / length);
        const double to = std::lerp(v_[i], v_[i + 1], (b - t_[i]) / length);
        energy_ += 0.5 * (from + to) * (b - a);
        covered += b - a;
      }
      see(v_[i]);
      see(v_[i + 1]);
      if (curve_.points[i + 1].after_gap) {
        gaps_ += covered;
        gap_squares_ += square(covered);
      } else if (!curve_.points[i + 1].held) {
        const double v = variance_behind(parts, at(t_[i]), length * second);
        const double term = square(jump(i) * std::min(length, blind)) * v;
        (covered < 0.999 * length ? edges_ : jumps_) += term;
        white(i, covered / spacing_);
      }
    }
  }

  // The half of points i and i + 1 that this interval stands for.
  void white(std::size_t i, double share) {
    const double noise = curve_.noise.in(watt);
    white_ += square(noise * spacing_) * share;
    if (window_ >= spacing_) return;
    for (const std::size_t k : {i, i + 1}) {
      const double e = std::abs(v_[k] - m_[k]);
      if (e <= 3.0 * noise) continue;
      white_ += 0.5 * square(e * spacing_) * share;
      if (e > 5.0 * noise && e > 0.05 * std::abs(m_[k])) bursts_ += 0.5 * e * spacing_ * share;
    }
  }

  void ends() {
    const double begin = 0.0, end = (cover_.end() - origin_).in(second);
    hold(begin, std::min(end, t_.front()), v_.front(), t_.front(), t_.front() + reach());
    hold(std::max(begin, t_.back()), end, v_.back(), t_.back() - reach(), t_.back());
  }

  double reach() const { return std::max(2.0 * spacing_, window_); }

  void hold(double from, double to, double power, double seen_from, double seen_to) {
    if (to <= from) return;
    const double held = cover_.within(at(from), at(to)).in(second);
    energy_ += power * held;
    see(power);
    edges_ += square(range_within(seen_from, seen_to) * held) / 3.0;
  }

  void edges() {
    double signed_power = 0.0;
    for (const Stretch& s : cover_.stretches()) {
      for (const auto& [edge, sign] : {std::pair{s.begin, -1.0}, std::pair{s.end, 1.0}}) {
        const double x = (edge - origin_).in(second);
        signed_power += sign * power_at(x);
        edges_ += square(range_within(x - 0.5 * window_, x + 0.5 * window_) * window_ / 8.0) / 3.0;
      }
    }
    edges_ += square(curve_.lag_half.in(second)*signed_power) / 3.0;
  }

  double gap_variance() const { return gap_squares_ * square(std::max(highest_ - lowest_, 0.5 * highest_)) / 12.0; }

  // Where windows overlap: changes that were over before the window had slid past, as energy. A lasting step takes the
  // whole window to show.
  double short_changes() const {
    double found = 0.0;
    const double loud = std::max(6.0 * curve_.noise.in(watt), 0.003 * highest_);
    std::size_t i = 0;
    while (i + 1 < v_.size()) {
      const double d = v_[i + 1] - v_[i];
      if (std::abs(d) <= loud || curve_.points[i + 1].after_gap) {
        ++i;
        continue;
      }
      std::size_t j = i + 1;
      while (j + 1 < v_.size() && (v_[j + 1] - v_[j]) * d > 0.0 && std::abs(v_[j + 1] - v_[j]) > loud) ++j;
      const double lasted = t_[j] - t_[i], change = std::abs(v_[j] - v_[i]);
      const bool inside = t_[j] > 0.0 && t_[i] < (cover_.end() - origin_).in(second);
      const bool whole = i > 0 && j + 1 < v_.size();  // it began and ended where we looked
      if (inside && whole && change > 0.03 * highest_ && lasted < 0.75 * window_ - spacing_) found += change * window_;
      i = j;
    }
    return found;
  }

  const PowerCurve& curve_;
  const Cover& cover_;
  os::Instant origin_;
  std::vector<double> t_, v_, m_;
  double spacing_ = 0.0, window_ = 0.0;
  double energy_ = 0.0, jumps_ = 0.0, white_ = 0.0, edges_ = 0.0, bursts_ = 0.0;
  double gaps_ = 0.0, gap_squares_ = 0.0, lowest_ = 1e300, highest_ = 0.0;
};

}  // namespace

Result<PowerIntegral> integrate(const PowerCurve& curve, const Cover& cover) {
  if (curve.points.empty())
    return fail(ErrorCode::unavailable, curve.zeros > 0 ? "power: every reading was 0 W" : "power: no reading");
  const Duration reach = 3.0 * curve.spacing;
  if (cover.begin() < curve.first_reading - reach)
    return fail(ErrorCode::unavailable, "power: the first reading came after the window had begun");
  if (cover.end() > curve.last_reading + reach)
    return fail(ErrorCode::unavailable, curve.lost ? "power: the device was lost before the window ended"
                                                   : "power: no reading at the end of the window");
  return Sum(curve, cover).run();
}

}  // namespace diffjoule::measure
