// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/additive_law.h"

#include <cmath>

#include "diffjoule/law/additive_fit.h"
#include "diffjoule/law/groups.h"
#include "diffjoule/law/terms.h"

namespace diffjoule::law {

Status fit_time(std::span<const Observation> all, Law& law) {
  std::vector<Observation> timed;
  for (const Observation& o : all) {
    if (o.measured.latency_per_batch) timed.push_back(o);
  }
  if (timed.empty()) return fail(ErrorCode::unidentifiable, "fitting time: no row has a latency");
  AdditiveProblem problem{stats::Matrix(timed.size(), time_terms), {}, group_weights(timed), {}, {}};
  for (std::size_t i = 0; i < timed.size(); ++i) {
    const Terms terms = elapsed_terms(timed[i]);
    for (std::size_t j = 0; j < time_terms; ++j) problem.columns(i, j) = terms[j].in(second);
    problem.y.push_back(timed[i].measured.latency_per_batch->in(second));
    problem.cards.push_back(timed[i].gpu);
  }
  for (const TermFacts& term : term_facts) problem.priors.push_back(term.prior);
  auto fit = additive_fit(problem);
  if (!fit) return forward(fit, "fitting time");
  for (std::size_t j = 0; j < time_terms; ++j) {
    const bool by_the_call =
        j == static_cast<std::size_t>(Term::launches) || j == static_cast<std::size_t>(Term::exchanges);
    law.coefficients.push_back(
        {"time: " + std::string(term_facts[j].name), by_the_call ? "us" : "1", fit->coefficients[j], {}, {}, {}, {}});
  }
  for (const auto& [card, deviation] : fit->deviations) law.cards[card].time = deviation;
  return {};
}

Duration predicted_time(const Law& law, std::size_t first, const Observation& o) {
  const Terms terms = elapsed_terms(o);
  Duration total;
  for (std::size_t j = 0; j < time_terms; ++j) total += law.value(first + j) * terms[j];
  const auto card = law.cards.find(o.gpu);
  return card == law.cards.end() ? total : std::exp(card->second.time) * total;
}

Result<Energy> boundary_difference(const Observation& o, Duration elapsed) {
  switch (o.boundary) {
    case Boundary::gpu:
      return Energy{};
    case Boundary::gpu_above_idle:
      return -o.devices * (o.device.idle * elapsed);
    case Boundary::node_gpus:
      return (o.metered_devices - o.devices) * (o.device.idle * elapsed);
    case Boundary::wall:
      break;
  }
  return fail(ErrorCode::unavailable,
              "energy at the wall of a node: no law here knows its processors, fans and power supply");
}

}  // namespace diffjoule::law
