// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/scaling.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace diffjoule::sweep {
namespace {

// Phases of one name together.
struct Group {
  std::string name;
  Duration elapsed;  // as it ran
  std::int64_t evaluations = 0, executed = 0;
  [[nodiscard]] double scale() const { return static_cast<double>(evaluations) / static_cast<double>(executed); }
};

std::vector<Group> groups_of(const engines::Ran& ran) {
  std::vector<Group> groups;
  for (const engines::RanPhase& phase : ran.phases) {
    auto group = std::find_if(groups.begin(), groups.end(), [&phase](const Group& g) { return g.name == phase.name; });
    if (group == groups.end()) group = groups.insert(groups.end(), Group{phase.name, {}});
    group->elapsed += phase.end - phase.begin;
    group->evaluations += phase.evaluations;
    group->executed += std::max<std::int64_t>(1, phase.executed);
  }
  return groups;
}

std::optional<Estimate<Energy>> energy_of(const measure::Measurement& m, const std::string& name) {
  for (const measure::Phase& phase : m.phases) {
    if (phase.name == name) return measure::totals(phase).all;
  }
  return std::nullopt;
}

bool is_assumed(const measure::Measurement& m) {
  return std::any_of(m.whole.parts.begin(), m.whole.parts.end(), [](const measure::PartEnergy& part) {
    return part.counted && part.energy && part.instrument == measure::Instrument::model;
  });
}

// `value` x `scale`, of which the part beyond one is not known better than evaluations are alike.
Estimate<Energy> scaled(const Estimate<Energy>& measured, double scale) {
  const Energy beyond = (scale - 1.0) * measured.value * assumed_spread_of_evaluations;
  const Energy own = scale * measured.uncertainty;
  return {scale * measured.value, std::hypot(own.in(joule), beyond.in(joule)) * joule};
}

}  // namespace

Trial trial_of(const Configuration& configuration, std::int64_t replicate, const engines::Ran& ran,
               const measure::Measurement& measurement) {
  Trial trial;
  trial.configuration = configuration;
  trial.replicate = replicate;
  trial.elapsed = ran.end - ran.begin;
  trial.energy = measure::totals(measurement.whole).all;
  trial.energy_assumed = trial.energy && is_assumed(measurement);
  double unrun = 0.0;      // seconds that were added
  double joules = 0.0;     // that were added
  double variance = 0.0;   // of them, J^2
  bool has_phases = true;  // whose energy is known, of those to be scaled
  for (const Group& group : groups_of(ran)) {
    const double scale = group.scale();
    const auto energy = energy_of(measurement, group.name);
    trial.phases.push_back(
        {group.name, scale * group.elapsed, energy ? std::optional(scaled(*energy, scale)) : std::nullopt});
    trial.scaled = std::max(trial.scaled, scale);
    if (group.evaluations == group.executed) continue;
    unrun += (scale - 1.0) * group.elapsed.in(second);
    has_phases = has_phases && energy.has_value();
    if (!energy) continue;
    const double added = (scale - 1.0) * energy->value.in(joule);
    const double own = (scale - 1.0) * energy->uncertainty.in(joule), alike = added * assumed_spread_of_evaluations;
    joules += added;
    variance += own * own + alike * alike;
  }
  if (unrun <= 0.0) return trial;
  trial.elapsed += unrun * second;
  trial.elapsed_uncertainty = assumed_spread_of_evaluations * unrun / trial.elapsed.in(second);
  if (!has_phases) trial.energy.reset();  // of the part that ran only: that is not the trial's
  if (trial.energy) {
    const double own = trial.energy->uncertainty.in(joule);
    trial.energy = Estimate<Energy>{trial.energy->value + joules * joule, std::sqrt(own * own + variance) * joule};
  }
  return trial;
}

}  // namespace diffjoule::sweep
