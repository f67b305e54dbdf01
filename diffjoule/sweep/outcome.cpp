// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/outcome.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/law/fit.h"
#include "diffjoule/law/interval.h"
#include "diffjoule/stats/summary.h"

namespace diffjoule::sweep {
namespace {

// The standard deviation of a configuration's replicates as a share of their mean, and how many there are.
std::pair<double, std::size_t> spread_of(const Configuration& configuration, std::span<const Trial> trials) {
  std::vector<double> seconds;
  const std::string key = configuration.key();
  for (const Trial& trial : trials) {
    if (trial.failure.empty() && trial.configuration.key() == key) seconds.push_back(trial.elapsed.in(second));
  }
  double mean = 0.0, squares = 0.0;
  for (const double s : seconds) mean += s / static_cast<double>(seconds.size());
  for (const double s : seconds) squares += (s - mean) * (s - mean);
  if (seconds.size() < 2) return {0.0, seconds.size()};
  return {std::sqrt(squares / static_cast<double>(seconds.size() - 1)) / mean, seconds.size()};
}

// The paper's regression; without energies of the time, as one watt would have it.
void add_regression(std::vector<law::Observation> rows, Outcome& outcome) {
  outcome.of_time = std::any_of(rows.begin(), rows.end(),
                                [](const law::Observation& o) { return !o.measured.energy_per_item.has_value(); });
  if (outcome.of_time) {
    for (law::Observation& o : rows)
      o.measured.energy_per_item = *o.measured.latency_per_batch * (1.0 * watt) / o.batch;
  }
  const auto paper = law::form_named("paper");
  if (!paper) return;
  const auto fitted = (*paper)->fit(rows);
  if (!fitted) {
    outcome.notes.push_back("the paper's regression: " + fitted.error().message());
    return;
  }
  outcome.r2 = fitted->quality.r2;
  for (const law::Coefficient& c : fitted->coefficients) {
    if (c.name != "alpha") continue;
    outcome.alpha = c.value;
    outcome.alpha_low = c.low;
    outcome.alpha_high = c.high;
  }
  for (const law::Refused& refused : fitted->refused) {
    if (refused.name == "alpha") outcome.alpha_set = true;
    outcome.notes.push_back("the paper's " + refused.name + ": " + refused.reason);
  }
}

}  // namespace

bool Comparison::close() const { return std::abs(error()) <= std::max(0.10, 2.0 * spread); }

Result<std::vector<Comparison>> compare(const law::Law& law, std::span<const Trial> trials, const Observer& observer,
                                        bool checks) {
  auto form = law::form_named(law.form);
  if (!form) return forward(form);
  auto observed = observe(trials, observer, checks);
  if (!observed) return forward(observed);
  std::vector<Comparison> all;
  for (std::size_t i = 0; i < observed->observations.size(); ++i) {
    const law::Observation& o = observed->observations[i];
    auto p = law::predict(**form, law, o);
    if (!p) return forward(p);
    const auto [spread, replicates] = spread_of(observed->configurations[i], trials);
    const Duration predicted = p->duration.value_or(Duration{});
    all.push_back({observed->configurations[i], *o.measured.latency_per_batch, spread, replicates, predicted,
                   p->duration_low.value_or(predicted), p->duration_high.value_or(predicted), !checks});
  }
  return all;
}

Result<Outcome> outcome_of(std::span<const Trial> trials, const Observer& observer) {
  auto observed = observe(trials, observer, false);
  if (!observed) return forward(observed);
  if (observed->observations.empty())
    return fail(ErrorCode::unidentifiable, "no trial ran to its end: there is nothing to fit");
  auto form = law::form_named("device");
  if (!form) return forward(form);
  auto law = law::fit(**form, observed->observations);
  if (!law) return forward(law);
  Outcome outcome{std::move(*law), {}, {}, {}, {}, {}, false, false, {}};
  for (const bool checks : {false, true}) {
    auto compared = compare(outcome.law, trials, observer, checks);
    if (!compared) return forward(compared);
    outcome.comparisons.insert(outcome.comparisons.end(), compared->begin(), compared->end());
  }
  add_regression(std::move(observed->observations), outcome);
  return outcome;
}

}  // namespace diffjoule::sweep
