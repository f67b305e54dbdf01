// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/sweep/adaptive.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "diffjoule/law/folds.h"
#include "diffjoule/law/sensitivity.h"
#include "diffjoule/stats/distributions.h"
#include "diffjoule/stats/optimal_design.h"
#include "diffjoule/sweep/designs.h"
#include "diffjoule/units/text.h"

namespace diffjoule::sweep {
namespace {

constexpr double prior_residual = 0.05, prior_weight = 4.0;

std::set<std::string> keys_of(std::span<const Trial> trials) {
  std::set<std::string> keys;
  for (const Trial& trial : trials) keys.insert(trial.configuration.key());
  return keys;
}

const law::Form& device_form() {
  const auto form = law::form_named("device");
  expect(form.has_value(), "the law of a device is among the forms");
  return **form;
}

// Deviation of ln t, from the fit's own residuals and the prior.
double residual_deviation(const law::Law& law, std::span<const law::Observation> rows) {
  double squares = prior_weight * prior_residual * prior_residual;
  for (const law::Observation& row : rows) {
    const double residual = law::residual_of(device_form(), law, row).time.value_or(0.0);
    squares += residual * residual;
  }
  return std::sqrt(squares / (prior_weight + static_cast<double>(rows.size())));
}

}  // namespace

// The law so far, what is known of it, and the derivatives of the candidates.
struct Adaptive::Weighed {
  AdaptiveState state;
  stats::Knowledge knowledge;
  stats::Matrix target;
};

Result<std::unique_ptr<Adaptive>> Adaptive::over(std::vector<Configuration> candidates, Observer observer,
                                                 AdaptiveOptions options) {
  std::unique_ptr<Adaptive> design(new Adaptive(std::move(candidates), std::move(observer), options));
  for (const Configuration& candidate : design->candidates_) {
    auto observation = observe(candidate, design->observer_);
    if (!observation) return forward(observation, "adaptive design");
    design->observations_.push_back(std::move(*observation));
  }
  return design;
}

std::size_t Adaptive::size() const { return std::min(candidates_.size(), options_.most + options_.checks); }

Result<Adaptive::Weighed> Adaptive::weigh(std::span<const Trial> done) const {
  auto observed = observe(done, observer_, false);
  if (!observed) return forward(observed);
  const std::vector<law::Observation>& rows = observed->observations;
  auto law = device_form().fit(rows);  // without rows: its priors
  if (!law) return forward(law, "adaptive design");
  law->form = device_form().name;
  const auto derivatives = [&](const std::vector<law::Observation>& of) -> Result<stats::Matrix> {
    stats::Matrix matrix(of.size(), law->coefficients.size());
    for (std::size_t i = 0; i < of.size(); ++i) {
      auto row = law::time_sensitivity(device_form(), *law, of[i]);
      if (!row) return forward(row);
      std::copy(row->begin(), row->end(), matrix.row(i).begin());
    }
    return matrix;
  };
  const auto seen = derivatives(rows);
  auto target = derivatives(observations_);
  if (!seen) return tl::unexpected<Error>(seen.error());
  if (!target) return forward(target);
  Weighed w{
      {std::move(*law), 0.0, 0.0, rows.size()}, stats::Knowledge(device_form().prior_deviations), std::move(*target)};
  w.state.residual = residual_deviation(w.state.law, rows);
  const double noise = w.state.residual * w.state.residual;
  for (std::size_t i = 0; i < seen->rows(); ++i) w.knowledge.add(seen->row(i), noise);
  const double t = stats::student_t_quantile(0.975, prior_weight + static_cast<double>(rows.size()) - 1.0);
  w.state.half_width = t * std::sqrt(w.knowledge.mean_variance(w.target) + noise);
  return w;
}

Result<AdaptiveState> Adaptive::state(std::span<const Trial> done) const {
  auto weighed = weigh(done);
  if (!weighed) return forward(weighed);
  return std::move(weighed->state);
}

std::optional<Configuration> Adaptive::next_check(std::span<const Trial> done) const {
  std::set<std::string> checked;
  for (const Trial& trial : done) {
    if (trial.configuration.check && trial.failure.empty()) checked.insert(trial.configuration.key());
  }
  if (checked.size() >= options_.checks) return std::nullopt;
  const std::set<std::string> known = keys_of(done);
  for (const std::size_t i : shuffled(candidates_.size(), options_.seed)) {
    if (known.contains(candidates_[i].key())) continue;
    Configuration check = candidates_[i];
    check.check = true;
    return check;
  }
  return std::nullopt;
}

Result<std::optional<Configuration>> Adaptive::next(std::span<const Trial> done) {
  const bool checking = std::any_of(done.begin(), done.end(), [](const Trial& t) { return t.configuration.check; });
  auto weighed = weigh(done);
  if (!weighed) return forward(weighed);
  const Weighed& w = *weighed;
  words_ = "time of the target design known within " + to_text(100.0 * w.state.half_width, 2) + " % (95 %), " +
           to_text(100.0 * options_.half_width, 2) + " % is asked for";
  const std::set<std::string> known = keys_of(done);
  const std::size_t left = candidates_.size() - std::min(candidates_.size(), known.size());
  if (checking || w.state.half_width <= options_.half_width || known.size() >= options_.most || left <= options_.checks)
    return next_check(done);
  std::optional<std::size_t> best;
  double best_rate = 0.0;
  const double noise = w.state.residual * w.state.residual;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    if (known.contains(candidates_[i].key())) continue;
    const auto central = device_form().predict(w.state.law, observations_[i]);
    if (!central || !central->latency_per_batch) continue;
    const double rate = w.knowledge.gain(w.target.row(i), noise, w.target) /
                        (*central->latency_per_batch + options_.overhead).in(second);
    if (best && rate <= best_rate) continue;
    best = i;
    best_rate = rate;
  }
  if (!best) return next_check(done);
  return candidates_[*best];
}

}  // namespace diffjoule::sweep
