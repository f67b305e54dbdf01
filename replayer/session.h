// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "diffjoule/graph/program.h"
#include "diffjoule/io/document.h"
#include "diffjoule/models/pipeline_shelf.h"
#include "diffjoule/os/clock.h"
#include "diffjoule/replay/executor.h"
#include "replayer/options.h"
#include "replayer/task.h"

// The engine protocol (docs/reference/engine-protocol.md), on the side of the engine.
namespace diffjoule::replayer {

class Session {
 public:
  using Answer = std::function<void(const io::Document& event)>;

  // `clock` outlives it.
  Session(const Options& options, os::Clock& clock, Answer answer);

  // One line of the input; every request is answered, if by {"event": "failed"}.
  void hear(std::string_view request);

 private:
  Status serve(std::string_view text);
  Status hello(const io::Document& request);
  Status prepare(const Task& task);
  Status run(const Task& task);
  Status probe(const io::Document& request);
  [[nodiscard]] std::vector<std::string> notes() const;

  replay::Arithmetic arithmetic_;
  os::Clock& clock_;
  Answer answer_;
  models::PipelineShelf shelf_;
  replay::Executor executor_;
  std::optional<std::string> prepared_;  // the workload's key
  Program program_;
};

}  // namespace diffjoule::replayer
