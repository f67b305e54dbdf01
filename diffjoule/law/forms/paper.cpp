// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The published law (Iyengar et al., arXiv 2511.17031):
//
//   ln E = ln A + alpha ln(F 2^cfg) + beta_dtype [float32] + sum_g beta_g [gpu = g] + beta_res ln(H W / 256)
//
// F is text + steps x denoiser + decoder of one pass. Ours beside it: an indicator for each boundary other than the
// first, because their data are above idle and others are not; and for a GPU nobody measured, the mean of the measured
// ones' ln A_g - ln(power limit / bandwidth), plus that of its own data sheet.
#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "diffjoule/law/form.h"
#include "diffjoule/law/groups.h"
#include "diffjoule/stats/distributions.h"
#include "diffjoule/stats/least_squares.h"

namespace diffjoule::law {
namespace {

constexpr double confidence_tail = 0.975;

double log_work(const Observation& o) { return std::log((o.guided ? 2.0 : 1.0) * o.single_pass_flops.in(flop)); }
double log_size(const Observation& o) { return std::log(o.pixels / 256.0); }
double log_sheet(const Observation& o) {
  return std::log((o.device.power_limit / o.device.bandwidth).in(picojoule_per_byte));
}

// Columns in the order in which they may claim what the data cannot tell apart: ln A, float32, boundaries but the
// first, GPUs but the first, then alpha and size. So alpha is refused where work differs only as dtype or GPU do.
struct Design {
  std::vector<std::string> names;
  stats::Matrix x;
  std::vector<double> y;
  std::size_t alpha = 0;  // its column
};

// What runs share, by enumeration or alphabet, so that the same data give the same law in any order.
template <class T, class Of>
std::vector<T> kinds(std::span<const Observation> rows, Of of) {
  std::set<T> all;
  for (const Observation& o : rows) all.insert(of(o));
  return {all.begin(), all.end()};
}

Design design_of(std::span<const Observation> rows) {
  const auto boundaries = kinds<Boundary>(rows, [](const Observation& o) { return o.boundary; });
  const auto gpus = kinds<std::string>(rows, [](const Observation& o) { return o.gpu; });
  Design d;
  d.names = {"ln_A", "beta_dtype[float32]"};
  for (std::size_t b = 1; b < boundaries.size(); ++b)
    d.names.push_back("beta_boundary[" + std::string(name(boundaries[b])) + "]");
  for (std::size_t g = 1; g < gpus.size(); ++g) d.names.push_back("beta_gpu[" + gpus[g] + "]");
  d.alpha = d.names.size();
  d.names.insert(d.names.end(), {"alpha", "beta_res"});
  d.x = stats::Matrix(rows.size(), d.names.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    d.x(i, 0) = 1.0;
    d.x(i, 1) = rows[i].float32 ? 1.0 : 0.0;
    for (std::size_t b = 1; b < boundaries.size(); ++b) d.x(i, 1 + b) = rows[i].boundary == boundaries[b] ? 1.0 : 0.0;
    for (std::size_t g = 1; g < gpus.size(); ++g) d.x(i, boundaries.size() + g) = rows[i].gpu == gpus[g] ? 1.0 : 0.0;
    d.x(i, d.alpha) = log_work(rows[i]);
    d.x(i, d.alpha + 1) = log_size(rows[i]);
    d.y.push_back(std::log(rows[i].measured.energy_per_item->in(joule)));
  }
  return d;
}

// The same with alpha = 1: its column is empty and its share is taken off the response.
Design with_alpha_one(Design d) {
  for (std::size_t i = 0; i < d.y.size(); ++i) {
    d.y[i] -= d.x(i, d.alpha);
    d.x(i, d.alpha) = 0.0;
  }
  return d;
}

Coefficient coefficient(const stats::LinearFit& fit, std::size_t kept, const std::string& column) {
  Coefficient c{column, column == "ln_A" ? "ln(J)" : "1", fit.coefficients[kept], {}, {}, {}, {}};
  if (fit.covariance) c.standard_error = std::sqrt((*fit.covariance)(kept, kept));
  // With no more clusters than coefficients the sandwich is singular: its zeros would look like certainty.
  if (fit.cluster_covariance && *fit.cluster_dof >= fit.columns.size()) {
    c.cluster_standard_error = std::sqrt((*fit.cluster_covariance)(kept, kept));
  }
  const auto error = c.cluster_standard_error ? c.cluster_standard_error : c.standard_error;
  const std::size_t dof = c.cluster_standard_error ? *fit.cluster_dof : fit.dof;
  if (error && dof > 0) {
    const double half = *error * stats::student_t_quantile(confidence_tail, static_cast<double>(dof));
    c.low = c.value - half;
    c.high = c.value + half;
  }
  return c;
}

Quality quality_of(const stats::LinearFit& fit, const Design& d) {
  Quality q;
  q.r2 = fit.r2;
  q.adjusted_r2 = fit.adjusted_r2;
  q.residual_deviation = fit.residual_deviation;
  q.condition_number = fit.condition_number;
  for (std::size_t k = 0; k < fit.columns.size(); ++k) {
    if (fit.variance_inflation[k])
      q.variance_inflation.emplace_back(d.names[fit.columns[k]], *fit.variance_inflation[k]);
  }
  return q;
}

double value_or(const Law& law, const std::string& column, double otherwise) {
  for (const Coefficient& c : law.coefficients) {
    if (c.name == column) return c.value;
  }
  return otherwise;
}

// ln A of each GPU, and the mean of what is left of them when the data sheet is taken off.
void add_intercepts(std::span<const Observation> rows, Law& law) {
  const double base = value_or(law, "ln_A", 0.0);
  double left = 0.0;
  for (const Observation& o : rows) {
    const double intercept = base + value_or(law, "beta_gpu[" + o.gpu + "]", 0.0);
    if (law.gpu_intercepts.emplace(o.gpu, intercept).second) left += intercept - log_sheet(o);
  }
  law.coefficients.push_back({"ln_A beyond the data sheet",
                              "ln(J per (pJ/B))",
                              left / static_cast<double>(law.gpu_intercepts.size()),
                              {},
                              {},
                              {},
                              {}});
}

// ln A, alpha, beta_dtype, beta_res, the rest: as the paper writes them.
void order(std::vector<Coefficient>& coefficients) {
  const auto place = [](const Coefficient& c) {
    return c.name == "ln_A"                   ? 0
           : c.name == "alpha"                ? 1
           : c.name.starts_with("beta_dtype") ? 2
           : c.name == "beta_res"             ? 3
                                              : 4;
  };
  std::stable_sort(coefficients.begin(), coefficients.end(),
                   [&place](const Coefficient& a, const Coefficient& b) { return place(a) < place(b); });
}

bool refuses(const stats::LinearFit& fit, std::size_t column) {
  return std::any_of(fit.refused.begin(), fit.refused.end(),
                     [column](const stats::Unidentified& r) { return r.column == column; });
}

Result<Law> fit(std::span<const Observation> all) {
  std::vector<Observation> rows;
  for (const Observation& o : all) {
    if (o.measured.energy_per_item) rows.push_back(o);
  }
  Design d = design_of(rows);
  const std::vector<double> weights = group_weights(rows);
  const Labels clusters = labels(rows, [](const Observation& o) { return o.model + " on " + o.gpu; });
  const auto solve = [&] {
    return stats::least_squares(d.x, d.y, {.names = d.names, .weights = weights, .clusters = clusters.of_row});
  };
  auto solved = solve();
  if (!solved) return forward(solved, "fitting the published law");
  Law law;
  for (const stats::Unidentified& refused : solved->refused) law.refused.push_back({refused.name, refused.reason});
  if (refuses(*solved, d.alpha)) {
    d = with_alpha_one(std::move(d));
    solved = solve();
    if (!solved) return forward(solved, "fitting the published law with alpha = 1");
    law.coefficients.push_back({"alpha", "1, assumed: refused", 1.0, {}, {}, {}, {}});
  }
  for (std::size_t k = 0; k < solved->columns.size(); ++k)
    law.coefficients.push_back(coefficient(*solved, k, d.names[solved->columns[k]]));
  order(law.coefficients);
  law.quality = quality_of(*solved, d);
  if (refuses(*solved, d.alpha)) law.quality.r2 = law.quality.adjusted_r2 = std::nullopt;  // they would be of ln(E / F)
  add_intercepts(rows, law);
  return law;
}

Result<Central> predict(const Law& law, const Observation& o) {
  if (o.boundary == Boundary::wall)
    return fail(ErrorCode::unavailable, "energy at the wall of a node: the published law is of GPUs");
  const auto known = law.gpu_intercepts.find(o.gpu);
  double log_energy = known != law.gpu_intercepts.end()
                          ? known->second
                          : value_or(law, "ln_A beyond the data sheet", 0.0) + log_sheet(o);
  log_energy += value_or(law, "alpha", 1.0) * log_work(o);
  log_energy += o.float32 ? value_or(law, "beta_dtype[float32]", 0.0) : 0.0;
  log_energy += value_or(law, "beta_res", 0.0) * log_size(o);
  log_energy += value_or(law, "beta_boundary[" + std::string(name(o.boundary)) + "]", 0.0);
  return Central{std::exp(log_energy) * joule, std::nullopt};
}

}  // namespace

Form paper() { return {"paper", "the published log-linear law in FLOPs", false, fit, predict, 0}; }

}  // namespace diffjoule::law
