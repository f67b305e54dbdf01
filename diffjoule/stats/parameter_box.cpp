// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/stats/parameter_box.h"

#include <algorithm>
#include <cmath>

namespace diffjoule::stats {
namespace {

constexpr double inside = 1e-3;  // of the extent: how far a start on its bound is moved into the box

double typical_size(const Parameter& parameter) {
  if (parameter.typical_size > 0.0) return parameter.typical_size;
  if (std::isfinite(parameter.lower) && parameter.start > parameter.lower) return parameter.start - parameter.lower;
  if (std::isfinite(parameter.upper) && parameter.start < parameter.upper) return parameter.upper - parameter.start;
  return parameter.start != 0.0 ? std::abs(parameter.start) : 1.0;
}

// sqrt(1 + u^2) - 1 and its inverse, without cancellation.
double lift(double u) { return u * u / (std::sqrt(1.0 + u * u) + 1.0); }
double unlift(double v) { return std::sqrt(v * (v + 2.0)); }

}  // namespace

ParameterBox::ParameterBox(const Parameter& parameter)
    : lower_(parameter.lower), upper_(parameter.upper), size_(typical_size(parameter)) {}

bool ParameterBox::has_both() const { return std::isfinite(lower_) && std::isfinite(upper_); }

double ParameterBox::extent() const { return has_both() ? upper_ - lower_ : size_; }

double ParameterBox::nearest_bound(double p) const { return p - lower_ <= upper_ - p ? lower_ : upper_; }

double ParameterBox::parameter_at(double u) const {
  if (has_both()) {
    return std::clamp(lower_ + (upper_ - lower_) * 0.5 * (1.0 + std::sin(u)), lower_, upper_);
  }
  if (std::isfinite(lower_)) return lower_ + size_ * lift(u);
  if (std::isfinite(upper_)) return upper_ - size_ * lift(u);
  return size_ * u;
}

double ParameterBox::free_at(double p) const {
  if (has_both()) {
    const double fraction = std::clamp((p - lower_) / (upper_ - lower_), inside, 1.0 - inside);
    return std::asin(2.0 * fraction - 1.0);
  }
  if (std::isfinite(lower_)) return unlift(std::max((p - lower_) / size_, inside));
  if (std::isfinite(upper_)) return unlift(std::max((upper_ - p) / size_, inside));
  return p / size_;
}

}  // namespace diffjoule::stats
