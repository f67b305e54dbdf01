// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/blocks.h"

#include <algorithm>
#include <limits>

#include "diffjoule/sweep/designs.h"

namespace diffjoule::sweep {

bool is_enough(const std::vector<const Trial*>& repeats, const measure::StoppingRule& rule) {
  const bool has_energy =
      std::all_of(repeats.begin(), repeats.end(), [](const Trial* trial) { return trial->energy.has_value(); });
  measure::Repeats so_far(rule);
  for (const Trial* trial : repeats) {
    // The rule looks at the spread of a number: where there is no energy, seconds stand in for joules.
    const Energy looked_at = has_energy ? trial->energy->value : trial->elapsed.in(second)*joule;
    so_far.add(looked_at, trial->elapsed);
  }
  return so_far.enough().has_value();
}

BlockDesign::BlockDesign(std::vector<Configuration> all, measure::StoppingRule repeats, std::uint64_t seed)
    : configurations_(std::move(all)), rule_(repeats), seed_(seed), size_(configurations_.size() * repeats.least) {
  rule_.warm_up = 0;  // those runs are no trials
  for (std::size_t i = 0; i < configurations_.size(); ++i) {
    keys_.push_back(configurations_[i].key());
    places_.emplace(keys_.back(), i);
  }
}

Result<std::optional<Configuration>> BlockDesign::next(std::span<const Trial> done) {
  std::vector<std::vector<const Trial*>> runs(configurations_.size());
  std::vector<bool> failed(configurations_.size());
  for (const Trial& trial : done) {
    const auto place = places_.find(trial.configuration.key());
    if (place == places_.end()) continue;
    runs[place->second].push_back(&trial);
    if (!trial.failure.empty()) failed[place->second] = true;
  }
  size_ = 0;
  std::size_t block = std::numeric_limits<std::size_t>::max();
  std::vector<bool> wanted(configurations_.size());
  for (std::size_t i = 0; i < configurations_.size(); ++i) {
    wanted[i] = !failed[i] && !is_enough(runs[i], rule_);
    size_ += wanted[i] ? std::max(rule_.least, runs[i].size() + 1) : runs[i].size();
    if (wanted[i]) block = std::min(block, runs[i].size());
  }
  for (const std::size_t i : shuffled(configurations_.size(), seed_ + block)) {
    if (wanted[i] && runs[i].size() == block) return configurations_[i];
  }
  return std::nullopt;
}

std::string BlockDesign::words() const {
  return std::to_string(configurations_.size()) + " configurations, each repeated until its mean is known";
}

}  // namespace diffjoule::sweep
