// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/graph/op.h"
#include "diffjoule/replay/kernel.h"

// Operators bound by bytes, by oneDNN but for norms, which are an own loop: each reads and writes as many elements as
// the graph says, in rows of a length that the graph does not know and that is chosen here. Functions that oneDNN lacks
// stand in by one that it has: tanh for sine and cosine, the logistic function for reciprocals and their roots. Sums
// and products are clipped to
// +-16, so that random numbers stay ordinary ones however many operators they pass.
namespace diffjoule::replay {

[[nodiscard]] Result<KernelPointer> activation_kernel(const Activation& op, const Making& making);
[[nodiscard]] Result<KernelPointer> elementwise_kernel(const Elementwise& op, const Making& making);
// Rows of the width of the parameters, or of 1024; groups are a 32nd of the tensor. Without its scale and shift;
// float16 is moved only.
[[nodiscard]] Result<KernelPointer> normalization_kernel(const Normalization& op, const Making& making);
[[nodiscard]] Result<KernelPointer> softmax_kernel(const Softmax& op, const Making& making);  // rows of 1024

}  // namespace diffjoule::replay
