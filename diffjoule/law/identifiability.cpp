// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/identifiability.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/law/additive_law.h"
#include "diffjoule/law/groups.h"
#include "diffjoule/law/roofline_law.h"
#include "diffjoule/law/symptom.h"
#include "diffjoule/stats/least_squares.h"

namespace diffjoule::law {
namespace {

// Of the loss, as forms/roofline.cpp has it; a test holds the two together.
constexpr double huber_width = 1.345;

struct Parameter {
  std::string name;
  double prior;
  double Roofline::*member;
  std::string host, card;  // empty: of all

  [[nodiscard]] bool acts_on(const Observation& o) const {
    return (host.empty() || host == o.source) && (card.empty() || card == o.card);
  }
};

std::vector<Parameter> parameters_of(std::span<const Observation> rows, bool several) {
  std::vector<Parameter> all;
  for (std::size_t k = several ? on_one_gpu : 0; k < (several ? shared.size() : on_one_gpu); ++k)
    all.push_back({shared[k].name, shared[k].deviation, shared[k].member, "", ""});
  if (several) return all;
  for (const std::string& host : labels(rows, [](const Observation& o) { return o.source; }).names)
    all.push_back({launch_prefix + host, launch_deviation, &Roofline::t_launch, host, ""});
  for (const std::string& card : labels(rows, [](const Observation& o) { return o.card; }).names) {
    constexpr std::array<const char*, 3> of{"compute speed of ", "memory speed of ", "energy of work of "};
    for (std::size_t d = 0; d < deviations.size(); ++d)
      all.push_back({of[d] + card_text(card), deviations[d].deviation, deviations[d].factor, "", card});
  }
  return all;
}

struct Logs {
  double energy, time;
};
std::optional<Logs> logs_of(const Roofline& p, const RooflineCase& c, const Observation& o) {
  const RooflineResult r = evaluate(p, c);
  const auto difference = boundary_difference(o, r.elapsed());
  if (!difference) return std::nullopt;
  const Energy used = o.devices * r.used();
  return Logs{std::log((std::max(used + *difference, 0.01 * used) / o.batch).in(joule)),
              std::log(r.elapsed().in(second))};
}

// What the pseudo-Huber loss leaves of a residual's weight, as a factor of its derivative.
double softening(double r) {
  constexpr double step = 1e-4;
  const auto softened = [](double x) {
    return x * std::sqrt(2.0 / (std::sqrt(1.0 + x * x / huber_width / huber_width) + 1.0));
  };
  return (softened(r + step) - softened(r - step)) / (2.0 * step);
}

// Rows of the design: two of a run at most, then a prior each; a column for each parameter, then for each misfit.
class Design {
 public:
  Design(const Law& law, std::span<const Observation> rows, std::vector<Parameter> parameters, bool misfits)
      : law_(law),
        parameters_(std::move(parameters)),
        models_(labels(rows, [](const Observation& o) { return o.model; })),
        misfits_(misfits ? models_.names.size() : 0) {
    const std::vector<double> weights = group_weights(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) add(rows[i], weights[i], models_.of_row[i]);
    for (std::size_t k = 0; k < columns(); ++k) {
      std::vector<double> prior(columns(), 0.0);
      prior[k] = 1.0 / (k < parameters_.size() ? parameters_[k].prior : misfit_deviation);
      append(prior);
    }
  }
  [[nodiscard]] std::size_t columns() const { return parameters_.size() + misfits_; }
  [[nodiscard]] Result<stats::LinearFit> solve() const {
    // Only the design matters; a response that it cannot meet gives the covariance a scale that is divided out.
    const std::size_t rows = values_.size() / columns();
    std::vector<double> y(rows);
    for (std::size_t i = 0; i < rows; ++i) y[i] = i % 2 == 0 ? 1.0 : -1.0;
    return stats::least_squares(stats::Matrix(rows, columns(), values_), y);
  }

 private:
  void append(const std::vector<double>& row) { values_.insert(values_.end(), row.begin(), row.end()); }

  void add(const Observation& o, double weight, std::size_t model) {
    const Roofline at = parameters_for(law_, o);
    const RooflineCase prepared = roofline_case(o);
    const auto predicted = logs_of(at, prepared, o);
    if (!predicted) return;
    std::vector<double> energy(columns(), 0.0), time(columns(), 0.0);
    constexpr double step = 1e-4;
    for (std::size_t k = 0; k < parameters_.size(); ++k) {
      if (!parameters_[k].acts_on(o)) continue;
      Roofline up = at, down = at;
      up.*parameters_[k].member *= std::exp(step);
      down.*parameters_[k].member *= std::exp(-step);
      const auto above = logs_of(up, prepared, o), below = logs_of(down, prepared, o);
      if (!above || !below) continue;
      energy[k] = (above->energy - below->energy) / (2.0 * step);
      time[k] = (above->time - below->time) / (2.0 * step);
    }
    if (misfits_ > 0) energy[parameters_.size() + model] = time[parameters_.size() + model] = 1.0;
    const auto append_scaled = [&](std::vector<double> row, double residual, double deviation) {
      const double factor = std::sqrt(group_weight * weight) * softening(residual / deviation) / deviation;
      for (double& x : row) x *= factor;
      append(row);
    };
    const Measured& m = o.measured;
    if (m.energy_per_item)
      append_scaled(energy, std::log(m.energy_per_item->in(joule)) - predicted->energy, energy_deviation);
    if (m.latency_per_batch)
      append_scaled(time, std::log(m.latency_per_batch->in(second)) - predicted->time, time_deviation);
  }

  const Law& law_;
  std::vector<Parameter> parameters_;
  Labels models_;
  std::size_t misfits_;
  std::vector<double> values_;
};

Status add_block(const Law& law, std::span<const Observation> rows, bool several, Identifiability& all) {
  const std::vector<Parameter> parameters = parameters_of(rows, several);
  const auto fit = Design(law, rows, parameters, !several).solve();
  if (!fit) return tl::unexpected<Error>(fit.error());
  if (!fit->covariance || !fit->refused.empty())
    return fail(ErrorCode::unidentifiable, "the measurements do not tell the coefficients apart");
  const double scale = *fit->residual_deviation * *fit->residual_deviation;
  const auto variance = [&](std::size_t a, std::size_t b) { return (*fit->covariance)(a, b) / scale; };
  for (std::size_t k = 0; k < parameters.size(); ++k)
    all.coefficients.push_back(
        {parameters[k].name, parameters[k].prior, std::sqrt(variance(k, k)), fit->variance_inflation[k]});
  constexpr double entangled = 0.9;
  for (std::size_t a = 0; a < parameters.size(); ++a) {
    for (std::size_t b = a + 1; b < parameters.size(); ++b) {
      const double r = variance(a, b) / std::sqrt(variance(a, a) * variance(b, b));
      if (std::abs(r) > entangled) all.pairs.push_back({parameters[a].name, parameters[b].name, r});
    }
  }
  if (!several) all.condition_number = fit->condition_number;
  return {};
}

}  // namespace

Result<Identifiability> identifiability(const Law& law, std::span<const Observation> rows) {
  std::vector<Observation> one, several;
  for (const Observation& o : rows) {
    if (o.boundary == Boundary::wall || o.work[1].operators.empty()) continue;
    if (!o.measured.energy_per_item && !o.measured.latency_per_batch) continue;
    (o.devices > 1.0 ? several : one).push_back(o);
  }
  if (one.empty()) return fail(ErrorCode::unidentifiable, "no row is of one GPU");
  if (auto form = roofline_of(law, one.front()); !form) return forward(form);
  Identifiability all;
  if (auto status = add_block(law, one, false, all); !status) return forward(status);
  if (!several.empty()) {
    if (auto status = add_block(law, several, true, all); !status) return forward(status);
  }
  return all;
}

}  // namespace diffjoule::law
