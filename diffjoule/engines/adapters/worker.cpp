// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// An engine of the user's own that speaks the engine protocol.
#include "diffjoule/engines/command_line.h"
#include "diffjoule/engines/engine.h"
#include "diffjoule/engines/worker_engine.h"

namespace diffjoule::engines {
namespace {

Result<std::unique_ptr<Engine>> open(const Settings& settings, os::Clock& clock) {
  auto patience = timeout_of(settings);
  if (!patience) return forward(patience);
  const auto command = settings.find("command");
  auto words = split_words(command == settings.end() ? "" : command->second);
  if (!words) return forward(words, "setting command");
  return std::unique_ptr<Engine>(
      std::make_unique<WorkerEngine>(WorkerEngine::Start{"worker", {*words}, *patience}, clock));
}

}  // namespace

Adapter worker() {
  return {"worker",
          "a program of your own that speaks the engine protocol",
          {{"command", "that starts it, quoted as in a shell", "must be given"}, timeout_setting()},
          open,
          true};
}

}  // namespace diffjoule::engines
