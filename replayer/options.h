// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/replay/executor.h"

// What diffjoule-replay is started with.
namespace diffjoule::replayer {

struct Options {
  replay::Executor::Setup setup;
  replay::Arithmetic arithmetic = replay::Arithmetic::as_graph;
};

// --threads N, --memory BYTES (K, M, G: powers of 1024), --arithmetic as-dtype|int8; also NAME=VALUE.
[[nodiscard]] Result<Options> options_of(const std::vector<std::string>& arguments);

[[nodiscard]] std::string usage();

}  // namespace diffjoule::replayer
