// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/graph/program.h"
#include "diffjoule/units/count.h"
#include "diffjoule/workload/workload.h"

namespace diffjoule::flops {

// Bytes that the devices send to each other in the whole request, all devices together, while the denoiser runs.
//
// data: none. guidance: one prediction an evaluation. ulysses: around every self-attention the queries, keys, values
// and results change from tokens to heads and back, (P - 1) / P of each. ring: keys and values of every device visit
// the P - 1 others. tensor: two all-reduces a self-attention block (after attention, after the feed-forward), each
// 2 (P - 1) times the activations. Attention to text is local: its keys are on every device.
[[nodiscard]] ByteCount communication(const Program& program, const Parallelism& parallelism);

}  // namespace diffjoule::flops
