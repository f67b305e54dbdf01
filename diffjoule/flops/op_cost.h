// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/flops/cost.h"
#include "diffjoule/graph/graph.h"

// FLOPs and bytes of one call of one operator: pure functions of its shapes, by the rules of convention.h.
namespace diffjoule::flops {

[[nodiscard]] OpClass class_of(const Op& op);

// Bytes are of tensors of `dtype`.
//
// Quantised weights are stored and read in their own format. Ideal bytes count that; eager bytes add what expanding
// them to the dtype of the arithmetic costs, one write and one read.
[[nodiscard]] Cost cost_of(const Op& op, DType dtype, WeightFormat weights = WeightFormat::as_arithmetic);

// Elements of the result.
[[nodiscard]] ElementCount result_elements(const Op& op);

}  // namespace diffjoule::flops
