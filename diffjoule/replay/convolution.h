// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/graph/op.h"
#include "diffjoule/replay/kernel.h"

// Convolutions over one to three dimensions by oneDNN, all operands in the layouts it likes best.
namespace diffjoule::replay {

// How a window moves along one dimension. Graphs hold extents alone; this is a way of moving that leads from the one to
// the other, and the only one where padding is less than the kernel and equal on both sides.
struct WindowSteps {
  std::int64_t stride, before, after;  // padding; `after` is negative where the last elements are not reached
  friend bool operator==(const WindowSteps&, const WindowSteps&) = default;
};
[[nodiscard]] WindowSteps window_steps(std::int64_t in, std::int64_t kernel, std::int64_t out);

[[nodiscard]] Result<KernelPointer> convolution_kernel(const Convolution& op, const Making& making);

}  // namespace diffjoule::replay
