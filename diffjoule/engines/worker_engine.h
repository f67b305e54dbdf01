// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "diffjoule/engines/engine.h"
#include "diffjoule/engines/protocol.h"
#include "diffjoule/os/worker.h"

namespace diffjoule::engines {

// An engine that is a program and speaks docs/reference/engine-protocol.md. It is started when it is first needed, and
// again after it died, broke the protocol or did not answer in time. A signal that asks us for an end (os/signals.h)
// ends what it does: the request fails and the signal stays for whoever watches.
class WorkerEngine final : public Engine {
 public:
  struct Start {
    std::string name;  // of the adapter
    os::Worker::Program program;
    Duration patience = 3600.0 * second;    // for an answer
    std::shared_ptr<const void> kept = {};  // what the program reads
  };
  WorkerEngine(Start start, os::Clock& clock) : start_(std::move(start)), clock_(clock) {}

  Result<Device> device() override;
  Status prepare(const Task& task) override;
  Result<Ran> run(const Task& task) override;
  Result<Probed> probe(const Probe& probe) override;
  [[nodiscard]] std::vector<int> processes() const override;
  [[nodiscard]] std::string provenance() const override;

 private:
  struct Answer {
    protocol::Event event;  // the last
    std::vector<RanPhase> phases;
  };
  Status awake();
  // Says `request` and hears until the event that is not a phase.
  Result<Answer> ask(const io::Document& request);
  Result<Answer> hear_answer(os::Instant until);
  // The answer's event where it is the one that is wanted.
  template <class Wanted>
  Result<Wanted> wanted(Result<Answer> answer);
  // Ends the program, and says why it did not answer.
  Error gave_up(os::Worker::Outcome outcome);
  Error broke_protocol(const std::string& how);
  Status check_times(os::Instant begin, os::Instant end);

  Start start_;
  os::Clock& clock_;
  std::unique_ptr<os::Worker> worker_;
  std::optional<protocol::Ready> ready_;
  std::string prepared_;  // canonical key of the workload that the living program has prepared
  os::Instant asked_;
};

// The setting "timeout" that such adapters have, and what was said: s.
[[nodiscard]] Setting timeout_setting();
[[nodiscard]] Result<Duration> timeout_of(const Settings& settings);

}  // namespace diffjoule::engines
