// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/device_law.h"

#include <cmath>

#include "diffjoule/error/contract.h"

namespace diffjoule::law {
namespace {

// (a^4 + b^4)^(1/4)
double smooth_maximum(double a, double b) {
  const double larger = std::max(a, b);
  if (larger == 0.0) return 0.0;
  const double ratio = std::min(a, b) / larger, square = ratio * ratio;
  return larger * std::sqrt(std::sqrt(1.0 + square * square));
}

int kind_of(const OpWork& op) {
  if (op.convolution) return 1;
  return op.scores > 0.0 ? 2 : 0;
}

}  // namespace

DeviceParameters device_parameters_from(std::span<const double> logarithms) {
  expect(logarithms.size() == device_parameters.size(), "one logarithm for each parameter");
  DeviceParameters p;
  for (std::size_t k = 0; k < logarithms.size(); ++k) p.*device_parameters[k].member = std::exp(logarithms[k]);
  return p;
}

DeviceCase device_case(const Observation& o) {
  DeviceCase c;
  c.power_limit = o.device.power_limit.in(watt);
  for (const StageWork& stage : o.work) {
    for (const OpWork& op : stage.operators) {
      c.operators.push_back({op.flops > Flops{} ? (op.flops / op.peak).in(second) : 0.0,
                             op.scores > 0.0 ? (op.scores * flop / o.device.peak16).in(second) : 0.0,
                             ((op.weight_bytes + op.activation_bytes) / o.device.bandwidth).in(second), op.calls,
                             kind_of(op)});
    }
  }
  return c;
}

DeviceResult evaluate(const DeviceParameters& p, const DeviceCase& c) {
  const std::array<double, 3> efficiency{p.linear, p.convolution, p.attention};
  double elapsed = p.request, computed = 0.0, moved = 0.0;
  for (const DeviceCase::Operator& op : c.operators) {
    const double scored = p.score * op.score;
    const double a = op.compute / efficiency.at(static_cast<std::size_t>(op.kind)) + scored;
    elapsed += op.calls * (smooth_maximum(a, op.memory / p.memory) + p.start);
    computed += op.calls * (op.compute + scored);
    moved += op.calls * op.memory;
  }
  const double energy = c.power_limit * (p.flop_cost * computed + p.byte_cost * moved + p.standing * elapsed);
  return {elapsed * second, energy * joule};
}

}  // namespace diffjoule::law
