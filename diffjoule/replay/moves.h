// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/graph/op.h"
#include "diffjoule/replay/kernel.h"

// Operators that move bytes and compute nothing worth the name, and all operators on types that oneDNN does not know
// (indices, masks, double precision): own loops that read and write as many bytes as the graph says.
namespace diffjoule::replay {

[[nodiscard]] Result<KernelPointer> move_kernel(ElementCount reads, ElementCount elements, const Making& making);

// Rows of a table that is weights. As much of the table is needed as the rows that are read.
[[nodiscard]] Result<KernelPointer> embedding_kernel(const Embedding& op, const Making& making);

}  // namespace diffjoule::replay
