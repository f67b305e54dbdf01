// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/graph/op.h"
#include "diffjoule/replay/kernel.h"

// The recurrence of a state-space model, an own loop: channels side by side in vectors, channels and batch over
// threads, one token after the other. In float32, read and written in the dtype of the operator. FLOPs are counted in
// the loop by flops/convention.h, where an exponential is one.
namespace diffjoule::replay {

[[nodiscard]] Result<KernelPointer> selective_scan_kernel(const SelectiveScan& op, const Making& making);

}  // namespace diffjoule::replay
