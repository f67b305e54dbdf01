// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/additive_fit.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/stats/nonnegative_least_squares.h"

namespace diffjoule::law {
namespace {

constexpr double prior_width = 0.5;      // of a coefficient, relative to its median
constexpr double group_precision = 3.0;  // effective observations of a group of near duplicates
constexpr double within = 0.12;          // ln deviation of a group
constexpr double between = 0.3;          // ln deviation of a card
constexpr int most_rounds = 50;
constexpr double still = 1e-9;

// Rows scaled to relative error, then one row a prior.
Result<std::vector<double>> coefficients(const AdditiveProblem& p, const std::map<std::string, double>& deviations) {
  const std::size_t n = p.y.size(), k = p.columns.columns();
  stats::Matrix design(n + k, k);
  std::vector<double> target(n + k);
  for (std::size_t i = 0; i < n; ++i) {
    const double precision = std::sqrt(group_precision * p.weights[i]) / within;
    for (std::size_t j = 0; j < k; ++j)
      design(i, j) = precision * std::exp(deviations.at(p.cards[i])) * p.columns(i, j) / p.y[i];
    target[i] = precision;
  }
  for (std::size_t j = 0; j < k; ++j) {
    design(n + j, j) = 1.0 / (prior_width * p.priors[j]);
    target[n + j] = 1.0 / prior_width;
  }
  auto fit = stats::nonnegative_least_squares(design, target);
  if (!fit) return forward(fit);
  return std::move(fit->coefficients);
}

std::map<std::string, double> deviations_of(const AdditiveProblem& p, const std::vector<double>& c) {
  struct Sum {
    double weight = 0.0, residual = 0.0;
  };
  std::map<std::string, Sum> sums;
  for (std::size_t i = 0; i < p.y.size(); ++i) {
    double predicted = 0.0;
    for (std::size_t j = 0; j < c.size(); ++j) predicted += c[j] * p.columns(i, j);
    Sum& sum = sums[p.cards[i]];
    sum.weight += p.weights[i];
    sum.residual += p.weights[i] * std::log(p.y[i] / std::max(predicted, 1e-300));
  }
  std::map<std::string, double> deviations;
  for (const auto& [card, sum] : sums) {
    const double shrinkage = between * between / (between * between + within * within / sum.weight);
    deviations[card] = shrinkage * sum.residual / sum.weight;
  }
  // What all cards share belongs to the coefficients, so that a card nobody measured gets it too.
  double mean = 0.0;
  for (const auto& [card, deviation] : deviations) mean += deviation / static_cast<double>(deviations.size());
  for (auto& [card, deviation] : deviations) deviation -= mean;
  return deviations;
}

}  // namespace

Result<AdditiveFit> additive_fit(const AdditiveProblem& p) {
  AdditiveFit fit;
  for (const std::string& card : p.cards) fit.deviations[card] = 0.0;
  for (int round = 0; round < most_rounds; ++round) {
    auto c = coefficients(p, fit.deviations);
    if (!c) return forward(c);
    fit.coefficients = std::move(*c);
    const std::map<std::string, double> next = deviations_of(p, fit.coefficients);
    double change = 0.0;
    for (const auto& [card, deviation] : next) change = std::max(change, std::abs(deviation - fit.deviations[card]));
    fit.deviations = next;
    if (change < still) break;
  }
  return fit;
}

}  // namespace diffjoule::law
