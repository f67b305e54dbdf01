// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/repeated.h"

#include "diffjoule/sweep/blocks.h"

namespace diffjoule::sweep {

Repeated::Repeated(std::unique_ptr<Design> inner, measure::StoppingRule repeats)
    : inner_(std::move(inner)), rule_(repeats) {
  rule_.warm_up = 0;  // those runs are no trials
}

Result<std::optional<Configuration>> Repeated::next(std::span<const Trial> done) {
  if (done.empty() || !done.back().failure.empty()) return inner_->next(done);
  const Configuration& latest = done.back().configuration;
  std::vector<const Trial*> repeats;
  for (const Trial& trial : done) {
    if (trial.failure.empty() && trial.configuration.key() == latest.key()) repeats.push_back(&trial);
  }
  if (is_enough(repeats, rule_)) return inner_->next(done);
  return std::optional(latest);
}

}  // namespace diffjoule::sweep
