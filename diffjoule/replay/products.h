// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/graph/op.h"
#include "diffjoule/graph/weight_format.h"
#include "diffjoule/replay/kernel.h"

// Matrix products by oneDNN: activations row-major, weights in the layout it likes best.
namespace diffjoule::replay {

// Quantised weights are expanded to the dtype of the arithmetic first, as eager execution does.
[[nodiscard]] Result<KernelPointer> linear_kernel(const Linear& op, WeightFormat weights, const Making& making);

// Of two activations, the right one a second operand.
[[nodiscard]] Result<KernelPointer> matrix_product_kernel(const MatrixProduct& op, const Making& making);

}  // namespace diffjoule::replay
