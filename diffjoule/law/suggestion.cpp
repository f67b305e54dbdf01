// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/suggestion.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "diffjoule/law/groups.h"
#include "diffjoule/law/roofline_law.h"

namespace diffjoule::law {
namespace {

constexpr std::size_t unknowns = 4;
struct Unknown {
  double Roofline::*member;
  double deviation;  // of the prior of its logarithm
};
constexpr std::array<Unknown, unknowns> all_unknowns{
    {{&Roofline::g_eta, 0.20}, {&Roofline::g_m, 0.20}, {&Roofline::g_e, 0.35}, {&Roofline::t_launch, 0.30}}};
using Gradient = std::array<double, unknowns>;
using Covariance = std::array<Gradient, unknowns>;

struct Candidate {
  Gradient energy, time;
};

Gradient times(const Covariance& v, const Gradient& g) {
  Gradient product{};
  for (std::size_t i = 0; i < unknowns; ++i) {
    for (std::size_t j = 0; j < unknowns; ++j) product[i] += v[i][j] * g[j];
  }
  return product;
}

double dot(const Gradient& a, const Gradient& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < unknowns; ++i) sum += a[i] * b[i];
  return sum;
}

// What a measured energy and time leave: V - V G S^-1 G' V, where S = G' V G + the covariance of the two.
Covariance measured(const Covariance& v, const Candidate& c) {
  const Gradient energy = times(v, c.energy), time = times(v, c.time);
  const double shared = misfit_deviation * misfit_deviation;
  const double ee = dot(c.energy, energy) + energy_deviation * energy_deviation + shared;
  const double tt = dot(c.time, time) + time_deviation * time_deviation + shared;
  const double et = dot(c.energy, time) + shared, determinant = ee * tt - et * et;
  Covariance left = v;
  for (std::size_t i = 0; i < unknowns; ++i) {
    for (std::size_t j = 0; j < unknowns; ++j) {
      left[i][j] -=
          (tt * energy[i] * energy[j] - et * (energy[i] * time[j] + time[i] * energy[j]) + ee * time[i] * time[j]) /
          determinant;
    }
  }
  return left;
}

Candidate gradients_of(const Roofline& p, const Observation& o) {
  const RooflineCase c = roofline_case(o);
  Candidate gradients{};
  constexpr double step = 0.02;
  for (std::size_t k = 0; k < unknowns; ++k) {
    Roofline up = p, down = p;
    up.*all_unknowns[k].member *= std::exp(step);
    down.*all_unknowns[k].member *= std::exp(-step);
    const RooflineResult high = evaluate(up, c), low = evaluate(down, c);
    gradients.energy[k] = std::log(high.used() / low.used()) / (2.0 * step);
    gradients.time[k] = std::log(high.elapsed() / low.elapsed()) / (2.0 * step);
  }
  return gradients;
}

double mean_variance(const Covariance& v, const std::vector<Candidate>& candidates) {
  double sum = 0.0;
  for (const Candidate& c : candidates) sum += dot(c.energy, times(v, c.energy));
  return sum / static_cast<double>(candidates.size());
}

}  // namespace

Result<Suggestions> suggest(const Law& law, std::span<const Observation> observations, std::size_t most) {
  if (observations.empty()) return fail(ErrorCode::invalid_argument, "suggesting runs: there is no candidate");
  std::vector<Candidate> candidates;
  for (const Observation& o : observations) {
    auto p = roofline_of(law, o);
    if (!p) return forward(p);
    candidates.push_back(gradients_of(*p, o));
  }
  const std::size_t models = labels(observations, [](const Observation& o) { return o.model; }).names.size();
  Covariance v{};
  for (std::size_t k = 0; k < unknowns; ++k) v[k][k] = all_unknowns[k].deviation * all_unknowns[k].deviation;
  Suggestions all{std::sqrt(mean_variance(v, candidates)), {}};
  for (std::size_t n = 0; n < std::min(most, candidates.size()); ++n) {
    std::size_t best = candidates.size();
    double least = 0.0;
    Covariance left{};
    for (std::size_t i = 0; i < candidates.size(); ++i) {
      // Another request says more than a repeat, another model more than the same, whose misfit it shares.
      const auto taken = [&](const Suggestion& s) {
        return s.candidate == i ||
               (all.runs.size() < models && observations[s.candidate].model == observations[i].model);
      };
      if (std::any_of(all.runs.begin(), all.runs.end(), taken)) continue;
      const Covariance after = measured(v, candidates[i]);
      const double mean = mean_variance(after, candidates);
      if (best < candidates.size() && mean >= least) continue;
      best = i;
      least = mean;
      left = after;
    }
    v = left;
    all.runs.push_back({best, std::sqrt(least)});
  }
  return all;
}

}  // namespace diffjoule::law
