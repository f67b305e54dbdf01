// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/observations.h"

#include <map>

#include "diffjoule/stats/summary.h"

namespace diffjoule::sweep {
namespace {

struct Replicates {
  const Configuration* configuration = nullptr;
  std::vector<double> seconds, joules;
};

// By configuration, in the order of their first trial.
std::vector<Replicates> grouped(std::span<const Trial> trials, bool checks) {
  std::vector<Replicates> all;
  std::map<std::string, std::size_t> places;
  for (const Trial& trial : trials) {
    if (!trial.failure.empty() || trial.configuration.check != checks) continue;
    const auto [place, fresh] = places.try_emplace(trial.configuration.key(), all.size());
    if (fresh) all.push_back({&trial.configuration, {}, {}});
    Replicates& r = all[place->second];
    r.seconds.push_back(trial.elapsed.in(second));
    if (trial.energy) r.joules.push_back(trial.energy->value.in(joule));
  }
  return all;
}

}  // namespace

Result<law::Observation> observe(const Configuration& configuration, const Observer& observer) {
  auto observed = observer.dataset.observe(configuration.workload, {observer.gpu});
  if (!observed) return forward(observed, configuration.key());
  observed->observation.source = observer.source;
  return std::move(observed->observation);
}

Result<ObservedTrials> observe(std::span<const Trial> trials, const Observer& observer, bool checks) {
  ObservedTrials all;
  for (const Replicates& r : grouped(trials, checks)) {
    auto observation = observe(*r.configuration, observer);
    if (!observation) return forward(observation);
    observation->measured.latency_per_batch = stats::median(r.seconds) * second;
    if (!r.joules.empty()) observation->measured.energy_per_item = stats::median(r.joules) / observation->batch * joule;
    all.observations.push_back(std::move(*observation));
    all.configurations.push_back(*r.configuration);
  }
  return all;
}

}  // namespace diffjoule::sweep
