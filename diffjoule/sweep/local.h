// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/error/result.h"
#include "diffjoule/os/signals.h"
#include "diffjoule/sweep/launcher.h"

// A sweep on several GPUs of this machine: on each one share at a time, by a process that sees this GPU only.
namespace diffjoule::sweep {

struct LocalShare {
  int task = 1;
  std::string gpu;    // it ran on; empty: none was given
  int exit_code = 0;  // as a shell has it; 0: the share is complete
};

struct LocalRun {
  std::vector<LocalShare> shares;  // that were begun, in the order of their ends
  std::optional<int> asked = {};   // the signal by which somebody wanted an end
  bool merged = false;             // what was measured is in the store
};

// The command of a share on a GPU (its UUID; empty: on whatever is here).
[[nodiscard]] std::vector<std::string> share_on(const Launch& launch, int task, const std::string& gpu);

// `gpus`: UUIDs; none: one share at a time, on whatever is here. With more than one GPU what a share says goes to
// task_log(). Merges what the shares have, also where some failed or an end was asked for. `tell` gets lines for the
// person at the terminal.
[[nodiscard]] Result<LocalRun> run_local(const Launch& launch, const std::vector<std::string>& gpus,
                                         os::SignalWatch& signals,
                                         const std::function<void(const std::string& line)>& tell);

}  // namespace diffjoule::sweep
