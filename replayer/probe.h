// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "diffjoule/error/result.h"
#include "diffjoule/graph/graph.h"
#include "diffjoule/io/document.h"
#include "diffjoule/replay/kernel.h"
#include "diffjoule/units/units.h"

// What a probe asks: one operator, over and over.
namespace diffjoule::replayer {

struct Probe {
  Graph graph;  // of the one operator
  replay::Arithmetic arithmetic = replay::Arithmetic::as_graph;
  Duration at_least;
};

// From the members "op", "dtype" and "at_least_s" of docs/reference/engine-protocol.md.
[[nodiscard]] Result<Probe> probe_of(const io::Document& request);

}  // namespace diffjoule::replayer
