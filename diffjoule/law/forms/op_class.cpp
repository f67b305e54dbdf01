// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// Energy by class of operation: non-negative coefficients on the FLOPs of each class, softmax scores and bytes, each as
// busy time at the data sheet's best x power limit, plus static power x predicted time (laws.md's transparent sum).
//
//   t = exp(d_t) sum_k a_k x_k             x_k: law/terms.h, elapsed
//   E = exp(d_E) P_max ( sum_k b_k X_k + p_s n t )   X_k: busy, over n GPUs
//   t is at least E / (n P_max): a GPU at its power limit slows down
#include <cmath>

#include "diffjoule/law/additive_fit.h"
#include "diffjoule/law/additive_law.h"
#include "diffjoule/law/form.h"
#include "diffjoule/law/groups.h"
#include "diffjoule/law/terms.h"

namespace diffjoule::law {
namespace {

constexpr std::size_t static_term = energy_terms;
constexpr std::size_t first_time = energy_terms + 1;

// Busy seconds x power limit of each term, and static power's share, of one item.
std::array<Energy, energy_terms + 1> energy_columns(const Observation& o, Duration elapsed) {
  std::array<Energy, energy_terms + 1> columns{};
  const Terms busy = busy_terms(o);
  for (std::size_t j = 0; j < energy_terms; ++j) columns[j] = busy[j] * o.device.power_limit / o.batch;
  columns[static_term] = o.devices * (elapsed * o.device.power_limit) / o.batch;
  return columns;
}

Status fit_energy(std::span<const Observation> all, Law& law) {
  // Time's coefficients come first in `law` until energy's are put before them.
  std::vector<Observation> metered;
  for (const Observation& o : all) {
    if (o.measured.energy_per_item && o.boundary != Boundary::wall) metered.push_back(o);
  }
  if (metered.empty()) return fail(ErrorCode::unidentifiable, "fitting energy: no row has an energy of GPUs");
  AdditiveProblem problem{stats::Matrix(metered.size(), energy_terms + 1), {}, group_weights(metered), {}, {}};
  for (std::size_t i = 0; i < metered.size(); ++i) {
    const Duration elapsed = predicted_time(law, 0, metered[i]);
    const auto columns = energy_columns(metered[i], elapsed);
    for (std::size_t j = 0; j < columns.size(); ++j) problem.columns(i, j) = columns[j].in(joule);
    const auto difference = boundary_difference(metered[i], elapsed);
    if (!difference) return tl::unexpected<Error>(difference.error());
    const Energy used = *metered[i].measured.energy_per_item - *difference / metered[i].batch;
    // More idle energy than was measured in all: the conversion cannot be right for this row; a tenth keeps it
    // harmless.
    problem.y.push_back(std::max(used, 0.1 * *metered[i].measured.energy_per_item).in(joule));
    problem.cards.push_back(metered[i].gpu);
  }
  for (std::size_t j = 0; j < energy_terms; ++j) problem.priors.push_back(term_facts[j].energy_prior);
  problem.priors.push_back(static_power_prior);
  auto fit = additive_fit(problem);
  if (!fit) return forward(fit, "fitting energy");
  std::vector<Coefficient> coefficients;
  for (std::size_t j = 0; j < energy_terms; ++j) {
    coefficients.push_back(
        {"energy: " + std::string(term_facts[j].name), "of the power limit", fit->coefficients[j], {}, {}, {}, {}});
  }
  coefficients.push_back(
      {"energy: static power", "of the power limit", fit->coefficients[static_term], {}, {}, {}, {}});
  law.coefficients.insert(law.coefficients.begin(), coefficients.begin(), coefficients.end());
  for (const auto& [card, deviation] : fit->deviations) law.cards[card].energy = deviation;
  return {};
}

Result<Law> fit(std::span<const Observation> observations) {
  Law law;
  if (auto status = fit_time(observations, law); !status) return forward(status);
  if (auto status = fit_energy(observations, law); !status) return forward(status);
  return law;
}

Result<Central> predict(const Law& law, const Observation& o) {
  Duration elapsed = predicted_time(law, first_time, o);
  const auto columns = energy_columns(o, elapsed);
  Energy used;
  for (std::size_t j = 0; j < columns.size(); ++j) used += law.value(j) * columns[j];
  if (const auto card = law.cards.find(o.gpu); card != law.cards.end()) used = std::exp(card->second.energy) * used;
  // No GPU draws more than its limit for long: it slows down instead.
  elapsed = std::max(elapsed, o.batch * used / (o.devices * o.device.power_limit));
  const auto difference = boundary_difference(o, elapsed);
  if (!difference) return tl::unexpected<Error>(difference.error());
  // Above idle an energy stays positive: idle time never costs more than the run.
  return Central{std::max(used + *difference / o.batch, 0.01 * used), elapsed};
}

}  // namespace

Form op_class() {
  return {"op_class", "FLOPs by class, softmax scores, bytes, static power x predicted time; non-negative, by card",
          false,      fit,
          predict,    first_time + time_terms};
}

}  // namespace diffjoule::law
