// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The graph itself, executed with made-up numbers on this machine's processor: any model of the catalogue, no weights.
// A program of its own does it, so that this one does not load oneDNN and survives it where memory ends.
#include "diffjoule/engines/engine.h"
#include "diffjoule/engines/setting_values.h"
#include "diffjoule/engines/worker_engine.h"
#include "diffjoule/os/own_program.h"

namespace diffjoule::engines {
namespace {

Result<std::unique_ptr<Engine>> open(const Settings& settings, os::Clock& clock) {
  auto patience = timeout_of(settings);
  if (!patience) return forward(patience);
  std::vector<std::string> arguments{""};
  if (const auto threads = settings.find("threads"); threads != settings.end()) {
    constexpr std::int64_t most = 4096;
    auto count = whole_setting("threads", threads->second, 1, most);
    if (!count) return forward(count);
    arguments.insert(arguments.end(), {"--threads", std::to_string(*count)});
  }
  if (const auto memory = settings.find("memory"); memory != settings.end()) {
    auto bytes = bytes_setting("memory", memory->second);
    if (!bytes) return forward(bytes);
    arguments.insert(arguments.end(), {"--memory", std::to_string(*bytes)});
  }
  if (const auto arithmetic = settings.find("arithmetic"); arithmetic != settings.end())
    arguments.insert(arguments.end(), {"--arithmetic", arithmetic->second});
  auto program = os::own_program("diffjoule-replay");
  if (!program) return forward(program);
  arguments.front() = *program;
  return std::unique_ptr<Engine>(
      std::make_unique<WorkerEngine>(WorkerEngine::Start{"replay", {arguments}, *patience}, clock));
}

}  // namespace

Adapter replay() {
  return {"replay",
          "executes the model's graph with made-up numbers on this processor (oneDNN); needs no weights",
          {{"threads", "of the processor", "as many as there are"},
           {"memory", "most that a run may take, such as 4GiB", "what the machine has free"},
           {"arithmetic", "of matrix products; int8: in 8-bit integers", "as-dtype", {"as-dtype", "int8"}},
           timeout_setting()},
          open,
          true};
}

}  // namespace diffjoule::engines
