// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <string>

// One parameter of a nonlinear fit, and the change of variable that keeps it inside its bounds.
//
// A method without bounds sees u, and the model sees p(u), which cannot leave the box (James & Roos, MINUIT, Computer
// Physics Communications 10, 1975, sec. 1.2.1):
//
//   both bounds   p = (low + high)/2 + (high - low)/2 sin u
//   one bound     p = low + s (sqrt(1 + u^2) - 1), or high - s (sqrt(1 + u^2) - 1)
//   none          p = s u
//
// with s the parameter's typical size, so that u is of order one.
namespace diffjoule::stats {

struct Parameter {
  double start = 0.0;
  double lower = -std::numeric_limits<double>::infinity();
  double upper = std::numeric_limits<double>::infinity();
  double typical_size = 0.0;  // zero: the start's distance from its bound, else its size, else one
  std::string name = {};      // for messages
};

class ParameterBox {
 public:
  explicit ParameterBox(const Parameter& parameter);

  [[nodiscard]] double parameter_at(double u) const;
  [[nodiscard]] double free_at(double p) const;  // u; a value on a bound is first moved a little inside

  // How far it is natural to move: the width of the box, or the typical size.
  [[nodiscard]] double extent() const;
  // The bound nearer to p, infinite where there is none.
  [[nodiscard]] double nearest_bound(double p) const;

 private:
  [[nodiscard]] bool has_both() const;

  double lower_;
  double upper_;
  double size_;
};

}  // namespace diffjoule::stats
