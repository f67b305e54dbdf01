// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/measure/stopping.h"

#include <cmath>

#include "diffjoule/stats/distributions.h"
#include "diffjoule/stats/summary.h"
#include "diffjoule/units/text.h"

namespace diffjoule::measure {
namespace {

constexpr double z_of_an_outlier = 3.5;
constexpr double drift_level = 0.01;
constexpr double drift_of_note = 0.05;

std::optional<Doubt> drift(const std::vector<double>& y) {
  if (y.size() < 5) return std::nullopt;
  const double n = static_cast<double>(y.size()), middle = 0.5 * (n - 1.0), mean = stats::mean(y);
  double sxx = 0.0, sxy = 0.0, rest = 0.0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const double x = static_cast<double>(i) - middle;
    sxx += x * x;
    sxy += x * (y[i] - mean);
  }
  const double slope = sxy / sxx;
  for (std::size_t i = 0; i < y.size(); ++i)
    rest += std::pow(y[i] - mean - slope * (static_cast<double>(i) - middle), 2.0);
  const double error = std::sqrt(rest / (n - 2.0) / sxx);
  const double moved = slope * (n - 1.0);
  if (std::abs(slope) <= stats::student_t_quantile(1.0 - 0.5 * drift_level, n - 2.0) * error) return std::nullopt;
  if (std::abs(moved) <= drift_of_note * std::abs(mean)) return std::nullopt;
  return Doubt{DoubtKind::drifted,
               "from the first to the last of " + std::to_string(y.size()) + " repeats the energy moved by " +
                   percent_text(moved / mean),
               "warm up longer, or let it cool down between repeats"};
}

}  // namespace

std::vector<std::size_t> outliers(const std::vector<double>& values) {
  std::vector<std::size_t> found;
  if (values.size() < 3) return found;
  const double middle = stats::median(values);
  std::vector<double> away;
  for (const double v : values) away.push_back(std::abs(v - middle));
  // Where more than half are equal, the mean departure takes the place of the median one (as its authors have it).
  const double mad = stats::median(away), scale = mad > 0.0 ? mad / 0.6745 : 1.2533 * stats::mean(away);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (away[i] > z_of_an_outlier * scale) found.push_back(i);
  }
  return found;
}

void Repeats::add(Energy energy, Duration elapsed) {
  elapsed_ += elapsed;
  if (++seen_ > rule_.warm_up) joules_.push_back(energy.in(joule));
}

RepeatSummary Repeats::summary() const {
  RepeatSummary s;
  s.count = joules_.size();
  if (joules_.empty()) return s;
  s.mean = stats::mean(joules_) * joule;
  if (joules_.size() >= 2) {
    const double n = static_cast<double>(joules_.size());
    const double t = stats::student_t_quantile(0.5 + 0.5 * rule_.level, n - 1.0);
    s.half_width = t * stats::standard_deviation(joules_) / std::sqrt(n) * joule;
  }
  s.outliers = outliers(joules_);
  s.drift = drift(joules_);
  return s;
}

std::optional<std::string> Repeats::enough() const {
  const RepeatSummary s = summary();
  if (s.half_width && s.count >= rule_.least && s.mean > Energy{} &&
      *s.half_width <= rule_.relative_half_width * s.mean) {
    return "the mean of " + std::to_string(s.count) + " repeats is known within " +
           percent_text(*s.half_width / s.mean) + " (" + percent_text(rule_.level) + " confidence)";
  }
  if (s.count >= rule_.most) return "it was repeated " + std::to_string(s.count) + " times, the most that is allowed";
  if (rule_.longest && elapsed_ >= *rule_.longest) return "the time for repeats is over (" + to_text(elapsed_) + ")";
  return std::nullopt;
}

}  // namespace diffjoule::measure
