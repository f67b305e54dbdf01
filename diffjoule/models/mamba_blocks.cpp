// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/models/mamba_blocks.h"

#include <string>

namespace diffjoule::models {
namespace {

// Convolution, the step, B and C of every token, and the scan: all between the projections.
Tensor scanned(Builder& b, const Tensor& x, std::int64_t width, const MambaMixer& m, const std::string& suffix) {
  constexpr std::int64_t steps_per_width = 16;
  const std::int64_t inner = x.shape[2], rank = (width + steps_per_width - 1) / steps_per_width;
  const Tensor channels_first = b.view(x, {x.shape[0], inner, x.shape[1]});
  const Tensor convolved = b.convolution("conv1d" + suffix, channels_first, inner,
                                         {.kernel = m.kernel, .padding = m.kernel - 1, .groups = inner});
  const Tensor y = b.silu(b.view(b.narrow(convolved, 2, x.shape[1]), x.shape));
  const Tensor parts = b.linear("x_proj" + suffix, y, rank + 2 * m.state, Bias::no);
  b.linear("dt_proj" + suffix, b.narrow(parts, -1, rank), inner);
  b.parameter(suffix.empty() ? "A_log" : "A_b_log", {inner, m.state});
  b.parameter("D" + suffix, {inner});
  return b.selective_scan(y, m.state);
}

}  // namespace

Tensor mamba_mixer(Builder& b, const Tensor& x, const MambaMixer& m) {
  const std::int64_t width = x.shape[2], inner = m.expand * width;
  const Tensor both = b.linear("in_proj", x, 2 * inner, Bias::no);
  const Tensor in = b.narrow(both, -1, inner);
  Tensor y = scanned(b, in, width, m, "");
  if (m.both_ways) y = b.add(y, b.clone(scanned(b, b.clone(in), width, m, "_b")));
  return b.linear("out_proj", y, width, Bias::no);
}

}  // namespace diffjoule::models
