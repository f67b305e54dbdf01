// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/fit.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "diffjoule/law/folds.h"
#include "diffjoule/law/groups.h"
#include "diffjoule/law/interval.h"
#include "diffjoule/stats/correlation.h"
#include "diffjoule/stats/summary.h"

namespace diffjoule::law {
namespace {

constexpr Spread assumed_spread{0.25, 3.0};
constexpr double least_between_cards = 0.10;
constexpr std::size_t fewest_models = 3, fewest_configurations = 5;
constexpr std::size_t fewest_cards = 2;

// Root mean square of the residuals on one GPU, or on several, groups weighted equally.
std::optional<double> root_mean_square(std::span<const Observation> rows,
                                       const std::vector<std::optional<double>>& residuals, bool several) {
  const std::vector<double> weights = group_weights(rows);
  double sum = 0.0, total = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!residuals[i] || (rows[i].devices > 1.0) != several) continue;
    sum += weights[i] * *residuals[i] * *residuals[i];
    total += weights[i];
  }
  if (total == 0.0) return std::nullopt;
  return std::sqrt(sum / total);
}

// Half the width that holds a group (the greater part of its rows) nine times in ten, by split-conformal prediction:
// the ceil(0.9 (groups + 1))-th smallest of the groups' median |residual| (Vovk, Gammerman and Shafer, "Algorithmic
// Learning in a Random World", 2005). Fewer groups than 20 cannot say.
std::optional<double> conformal_half_width(std::span<const Observation> rows,
                                           const std::vector<std::optional<double>>& residuals, bool several) {
  constexpr std::size_t fewest_groups = 20;
  const Labels groups = labels(rows, group_of);
  std::vector<std::vector<double>> sizes(groups.names.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (residuals[i] && (rows[i].devices > 1.0) == several) sizes[groups.of_row[i]].push_back(std::abs(*residuals[i]));
  }
  std::vector<double> medians;
  for (const std::vector<double>& group : sizes) {
    if (!group.empty()) medians.push_back(stats::median(group));
  }
  const auto place = static_cast<std::size_t>(std::ceil(0.9 * static_cast<double>(medians.size() + 1)));
  if (medians.size() < fewest_groups || place > medians.size()) return std::nullopt;
  std::nth_element(medians.begin(), medians.begin() + static_cast<std::ptrdiff_t>(place) - 1, medians.end());
  return medians[place - 1];
}

// Root mean square over labels of the weighted mean residual of each.
std::optional<double> between(std::span<const Observation> rows, const Labels& by,
                              const std::vector<std::optional<double>>& residuals) {
  const std::vector<double> weights = group_weights(rows);
  std::vector<double> sum(by.names.size(), 0.0), total(by.names.size(), 0.0);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (!residuals[i]) continue;
    sum[by.of_row[i]] += weights[i] * *residuals[i];
    total[by.of_row[i]] += weights[i];
  }
  double squares = 0.0, count = 0.0;
  for (std::size_t k = 0; k < by.names.size(); ++k) {
    if (total[k] == 0.0) continue;
    squares += (sum[k] / total[k]) * (sum[k] / total[k]);
    count += 1.0;
  }
  if (count == 0.0) return std::nullopt;
  return std::sqrt(squares / count);
}

void add_spread(const Form& form, std::span<const Observation> rows, Law& law) {
  const Labels left_out =
      form.one_device ? labels(rows, configuration_of) : labels(rows, [](const Observation& o) { return o.model; });
  const double dof = static_cast<double>(left_out.names.size()) - 1.0;
  law.energy_spread = assumed_spread;
  if (form.one_device) law.time_spread = assumed_spread;
  if (left_out.names.size() < (form.one_device ? fewest_configurations : fewest_models)) {
    law.provenance.skipped.push_back(form.one_device
                                         ? "spread assumed: fewer than five configurations to leave out"
                                         : "spread of energy assumed: fewer than three models to leave out");
    return;
  }
  const Residuals outer = leave_out(form, rows, left_out, law);
  const auto spread = [&](const std::vector<std::optional<double>>& residuals, bool several) -> std::optional<Spread> {
    const auto deviation = root_mean_square(rows, residuals, several);
    if (!deviation) return std::nullopt;
    return Spread{*deviation, dof, conformal_half_width(rows, residuals, several)};
  };
  if (const auto one = spread(outer.energy, false)) law.energy_spread = one;
  law.time_spread = spread(outer.time, false);
  law.several_energy_spread = spread(outer.energy, true);
  law.several_time_spread = spread(outer.time, true);
}

void add_between_cards(const Form& form, std::span<const Observation> rows, Law& law) {
  const Labels cards = labels(rows, [](const Observation& o) { return o.card; });
  law.between_cards = law.between_cards_time = form.between_cards_prior;
  if (cards.names.size() < fewest_cards) {
    law.provenance.skipped.push_back("deviation between cards assumed: one card only");
    return;
  }
  const Residuals outer = leave_out(form, rows, cards, law);
  law.between_cards =
      std::max(least_between_cards, between(rows, cards, outer.energy).value_or(form.between_cards_prior));
  law.between_cards_time =
      std::max(least_between_cards, between(rows, cards, outer.time).value_or(form.between_cards_prior));
}

void add_domain(std::span<const Observation> rows, Law& law) {
  for (const DomainAxis& axis : domain_axes()) {
    Axis range{axis.name, 0.0, 0.0};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const double value = axis.value(rows[i]);
      range.low = i == 0 ? value : std::min(range.low, value);
      range.high = i == 0 ? value : std::max(range.high, value);
    }
    law.domain.push_back(range);
  }
  std::set<std::string> models, sources;
  for (const Observation& o : rows) {
    models.insert(o.model);
    sources.insert(o.source);
  }
  law.models.assign(models.begin(), models.end());
  law.sources.assign(sources.begin(), sources.end());
}

// How the law sits on its own data: correlations, and R2 of ln E where the form gave none.
void add_quality(const Form& form, std::span<const Observation> rows, Law& law) {
  std::vector<double> measured, predicted;
  for (const Observation& o : rows) {
    if (!o.measured.energy_per_item) continue;
    const auto central = form.predict(law, o);
    if (!central) continue;
    measured.push_back(std::log(o.measured.energy_per_item->in(joule)));
    predicted.push_back(std::log(central->energy_per_item.in(joule)));
  }
  law.quality.pearson = stats::pearson(measured, predicted);
  law.quality.spearman = stats::spearman(measured, predicted);
  if (law.quality.r2 || measured.empty()) return;
  double mean = 0.0, residual = 0.0, total = 0.0;
  for (const double y : measured) mean += y / static_cast<double>(measured.size());
  for (std::size_t i = 0; i < measured.size(); ++i) {
    residual += (measured[i] - predicted[i]) * (measured[i] - predicted[i]);
    total += (measured[i] - mean) * (measured[i] - mean);
  }
  if (total > 0.0) law.quality.r2 = 1.0 - residual / total;
}

}  // namespace

Result<Law> fit(const Form& form, std::span<const Observation> rows) {
  auto law = form.fit(rows);
  if (!law) return forward(law, form.name);
  law->form = form.name;
  add_spread(form, rows, *law);
  add_between_cards(form, rows, *law);
  add_domain(rows, *law);
  add_quality(form, rows, *law);
  law->provenance.observations = rows.size();
  law->provenance.groups = labels(rows, group_of).names.size();
  return law;
}

}  // namespace diffjoule::law
