// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/summary.h"

#include <cmath>

#include "diffjoule/stats/summary.h"

namespace diffjoule::sweep {
namespace {

// By configuration, in order of first appearance.
std::vector<std::vector<const Trial*>> grouped(std::span<const Trial> trials) {
  std::vector<std::vector<const Trial*>> groups;
  std::map<std::string, std::size_t> places;
  for (const Trial& trial : trials) {
    const auto [place, is_new] = places.try_emplace(trial.configuration.key(), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(&trial);
  }
  return groups;
}

Estimate<Energy> mean_energy(const std::vector<double>& joules, const std::vector<double>& uncertainties) {
  const double mean = stats::mean(joules), reading = stats::mean(uncertainties);
  double scatter = 0.0;
  if (joules.size() >= 2) scatter = stats::standard_deviation(joules) / std::sqrt(static_cast<double>(joules.size()));
  return {mean * joule, std::hypot(reading, scatter) * joule};
}

Summary summary_of(const std::vector<const Trial*>& trials) {
  Summary summary;
  summary.configuration = trials.front()->configuration;
  std::vector<double> seconds, joules, uncertainties;
  for (const Trial* trial : trials) {
    if (!trial->failure.empty()) {
      summary.failure = trial->failure;
      summary.out_of_memory = trial->out_of_memory;
      continue;
    }
    seconds.push_back(trial->elapsed.in(second));
    if (!trial->energy) continue;
    joules.push_back(trial->energy->value.in(joule));
    uncertainties.push_back(trial->energy->uncertainty.in(joule));
    summary.energy_assumed = summary.energy_assumed || trial->energy_assumed;
  }
  summary.repeats = seconds.size();
  if (!seconds.empty()) summary.elapsed = stats::median(seconds) * second;
  if (seconds.size() >= 2) summary.spread = stats::standard_deviation(seconds) * second;
  if (!joules.empty()) summary.energy = mean_energy(joules, uncertainties);
  return summary;
}

}  // namespace

std::vector<Summary> summaries(std::span<const Trial> trials) {
  std::vector<Summary> all;
  for (const auto& group : grouped(trials)) all.push_back(summary_of(group));
  return all;
}

}  // namespace diffjoule::sweep
