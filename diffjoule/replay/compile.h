// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "diffjoule/error/result.h"
#include "diffjoule/graph/graph.h"
#include "diffjoule/replay/kernel.h"

// From an operator of a graph to the kernel that does its work.
namespace diffjoule::replay {

// Shapes, dtype and format in words, the same for equal work: "linear 4096 x 320 -> 1280, bfloat16".
[[nodiscard]] std::string title_of(const Node& node);

// ErrorCode::unavailable: this machine's oneDNN has no implementation of it; the message says what to try.
[[nodiscard]] Result<KernelPointer> compile(const Node& node, const Onednn& onednn, Arithmetic arithmetic);

}  // namespace diffjoule::replay
