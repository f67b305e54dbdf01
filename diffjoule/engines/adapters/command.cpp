// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Any command line, started once a run.
#include "diffjoule/engines/command_engine.h"
#include "diffjoule/engines/engine.h"
#include "diffjoule/engines/worker_engine.h"

namespace diffjoule::engines {
namespace {

Result<std::unique_ptr<Engine>> open(const Settings& settings, os::Clock& clock) {
  const auto text = [&settings](const char* name, const char* standard) {
    const auto given = settings.find(name);
    return given == settings.end() ? std::string(standard) : given->second;
  };
  auto patience = timeout_of(settings);
  if (!patience) return forward(patience);
  auto words = split_words(text("command", ""));
  if (!words) return forward(words, "setting command");
  CommandEngine::Start start{"command", *words, {}, {}, {text("device", "not named"), text("kind", "gpu"), {}}};
  start.patience = *patience;
  if (settings.count("phases") != 0) {
    auto patterns = split_words(text("phases", ""));
    if (!patterns) return forward(patterns, "setting phases");
    start.patterns = *patterns;
  }
  if (settings.count("log") != 0) start.pattern_sets = {text("log", "")};
  return CommandEngine::open(std::move(start), clock);
}

}  // namespace

Adapter command() {
  return {
      "command",
      "any command line, started once a run",
      {{"command", "with {width} {height} {steps} {frames} {batch} {guidance} {dtype} {model} {prompt} {seed} {output}",
        "must be given"},
       {"phases", "NAME=REGEX ..., quoted as in a shell; a line that matches begins NAME", "the run is one phase"},
       {"log", "whose log it is, so that its phases are known", "nobody's", os::LogPhases::set_names()},
       {"device", "name of what it computes on", "not named"},
       {"kind", "of that device", "gpu", {"cpu", "gpu"}},
       timeout_setting()},
      open};
}

}  // namespace diffjoule::engines
