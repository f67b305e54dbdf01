// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "diffjoule/engines/command_line.h"
#include "diffjoule/engines/engine.h"
#include "diffjoule/os/log_phases.h"

namespace diffjoule::engines {

// An engine that is a command, started anew for every run. It is read what it prints: where patterns find phases, these
// are the run's; the phase "request" is none but says from when to when the run went, which else is from the command's
// start to its end, with what it loads.
class CommandEngine final : public Engine {
 public:
  struct Start {
    std::string name;                   // of the adapter
    std::vector<std::string> words;     // with placeholders
    std::vector<std::string> patterns;  // "NAME=REGEX", see os/log_phases.h
    std::vector<std::string> pattern_sets = {};
    Device device;
    Duration patience = 3600.0 * second;  // for a run
    // Words that a task adds at the end, where it does; they have no placeholders.
    std::vector<std::string> (*more_words)(const Task& task) = nullptr;
  };
  // An error: a pattern, or a placeholder that nobody knows.
  [[nodiscard]] static Result<std::unique_ptr<Engine>> open(Start start, os::Clock& clock);

  Result<Device> device() override { return start_.device; }
  Status prepare(const Task& task) override;  // looks whether the placeholders can be filled; loads nothing
  Result<Ran> run(const Task& task) override;
  [[nodiscard]] std::string provenance() const override;

 private:
  CommandEngine(Start start, os::Clock& clock) : start_(std::move(start)), clock_(clock) {}
  [[nodiscard]] Result<std::vector<std::string>> words_for(const Task& task, const std::string& output) const;
  struct Watched;
  [[nodiscard]] Status watch(const std::vector<std::string>& words, Watched& watched) const;

  Start start_;
  os::Clock& clock_;
};

// What the placeholders of a task's command are; `output` is a file to be written.
[[nodiscard]] Values placeholders(const Task& task, const std::string& output);

}  // namespace diffjoule::engines
