// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
//
// The energy roofline (law/roofline.h), fitted on energy and time together: ln E with a deviation of 0.06 and ln t with
// 0.08 under a pseudo-Huber loss, every group (model x GPU x source) with weight 4, and a Gaussian prior on the
// logarithm of every parameter. What the form misses of a model is missed in its energy and its time, on every card:
// each model has a misfit of its own, shared by them, of deviation 0.06, which no prediction contains. One GPU first;
// then, with that held, what several GPUs add.
#include <algorithm>
#include <cmath>
#include <set>

#include "diffjoule/law/additive_law.h"
#include "diffjoule/law/form.h"
#include "diffjoule/law/groups.h"
#include "diffjoule/law/roofline_law.h"
#include "diffjoule/stats/nonlinear_fit.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {
namespace {

constexpr double huber_width = 1.345;

// What a law says of one observation.
Result<Central> central_of(const Roofline& p, const RooflineCase& c, const Observation& o) {
  const RooflineResult r = evaluate(p, c);
  const Duration elapsed = r.elapsed();
  const Energy used = o.devices * r.used();
  const auto difference = boundary_difference(o, elapsed);
  if (!difference) return tl::unexpected<Error>(difference.error());
  // Above idle an energy stays positive: idle time never costs more than the run.
  return Central{std::max(used + *difference, 0.01 * used) / o.batch, elapsed};
}

// Rows that are one case: equal in all that a law reads. They are evaluated once.
struct Case {
  const Observation* observation;
  RooflineCase prepared;
  std::size_t card, host, model;
  std::vector<std::size_t> rows;
};

bool same_case(const Observation& a, const Observation& b) {
  return a.model == b.model && a.gpu == b.gpu && a.source == b.source && a.batch == b.batch && a.devices == b.devices &&
         a.boundary == b.boundary && a.steps == b.steps && a.pixels == b.pixels && a.guided == b.guided &&
         a.float32 == b.float32 && a.flops_per_item() == b.flops_per_item();
}

struct Fitting {
  std::span<const Observation> rows;
  std::vector<double> weights;
  Labels cards, hosts, models;
  std::vector<Case> cases;
};

bool usable(const Observation& o, bool several) {
  const auto& denoiser = o.work[1].operators;
  return !denoiser.empty() && o.boundary != Boundary::wall && (o.devices > 1.0) == several &&
         (o.measured.energy_per_item || o.measured.latency_per_batch);
}

Fitting prepare(std::span<const Observation> rows) {
  Fitting f{rows,
            group_weights(rows),
            labels(rows, [](const Observation& o) { return o.card; }),
            labels(rows, [](const Observation& o) { return o.source; }),
            labels(rows, [](const Observation& o) { return o.model; }),
            {}};
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto same =
        std::find_if(f.cases.begin(), f.cases.end(), [&](const Case& c) { return same_case(*c.observation, rows[i]); });
    if (same != f.cases.end()) {
      same->rows.push_back(i);
      continue;
    }
    f.cases.push_back(
        {&rows[i], roofline_case(rows[i]), f.cards.of_row[i], f.hosts.of_row[i], f.models.of_row[i], {i}});
  }
  return f;
}

// sign(r) sqrt(rho(r)) of the pseudo-Huber loss.
double softened(double r) {
  const double relative = r / huber_width;
  return r * std::sqrt(2.0 / (std::sqrt(1.0 + relative * relative) + 1.0));
}

// Two residuals a row, in the order of rows; zero where nothing was measured. `misfits` are of the models, in ln.
template <class ParametersOf>
void fill(const Fitting& f, const ParametersOf& parameters_of, std::span<const double> misfits, std::span<double> out) {
  for (const Case& c : f.cases) {
    const auto central = central_of(parameters_of(c), c.prepared, *c.observation);
    for (const std::size_t i : c.rows) {
      const Measured& m = f.rows[i].measured;
      const double root = std::sqrt(group_weight * f.weights[i]);
      const auto residual = [&](bool there, double ratio, double deviation) {
        return there && central ? root * softened((std::log(ratio) - misfits[c.model]) / deviation) : 0.0;
      };
      out[2 * i] = residual(m.energy_per_item.has_value(),
                            m.energy_per_item ? *m.energy_per_item / central->energy_per_item : 1.0, energy_deviation);
      out[2 * i + 1] =
          residual(m.latency_per_batch.has_value(),
                   m.latency_per_batch ? *m.latency_per_batch / *central->latency_per_batch : 1.0, time_deviation);
    }
  }
}

struct Prior {
  double mean, deviation;
};

// Logarithms and how well they are known, prior and data together.
struct Minimum {
  std::vector<double> parameters, deviations;  // the latter empty where the fit cannot say
};

// Minimises rows and priors over logarithms, and over the misfits of the models behind them.
template <class ParametersOf>
Result<Minimum> minimise(const Fitting& f, std::vector<stats::Parameter> parameters, std::vector<Prior> priors,
                         const ParametersOf& parameters_of, bool with_misfits = true) {
  const std::size_t rows = 2 * f.rows.size(), first_misfit = parameters.size();
  const std::vector<double> no_misfits(f.models.names.size(), 0.0);
  for (std::size_t m = 0; with_misfits && m < f.models.names.size(); ++m) {
    parameters.push_back({0.0, -1.0, 1.0, misfit_deviation, f.models.names[m]});
    priors.push_back({0.0, misfit_deviation});
  }
  const stats::ResidualFunction function = [&](std::span<const double> p, std::span<double> out) {
    fill(
        f, [&](const Case& c) { return parameters_of(p, c); },
        with_misfits ? p.subspan(first_misfit) : std::span<const double>(no_misfits), out.first(rows));
    for (std::size_t k = 0; k < priors.size(); ++k) out[rows + k] = (p[k] - priors[k].mean) / priors[k].deviation;
  };
  stats::NonlinearOptions options;
  options.tolerance = 1e-5;  // of parameters known to some per cent
  auto fitted = stats::nonlinear_fit(function, rows + priors.size(), parameters, options);
  if (!fitted) return forward(fitted, "fitting the roofline");
  Minimum found{std::move(fitted->parameters), {}};
  if (!fitted->covariance) return found;
  for (std::size_t k = 0; k < priors.size(); ++k)
    found.deviations.push_back(std::sqrt(std::max(0.0, (*fitted->covariance)(k, k))));
  return found;
}

// A coefficient with its errors, and a word where it is its prior that speaks.
void add_coefficient(const std::string& name, const std::string& unit, const Minimum& found, std::size_t k,
                     const Prior& prior, Law& law) {
  Coefficient c{name, unit, std::exp(found.parameters[k]), {}, {}, {}, {}};
  if (!found.deviations.empty()) {
    constexpr double two_sided_95 = 1.96, says_little = 0.9;
    const double deviation = found.deviations[k];
    c.standard_error = c.value * deviation;
    c.low = c.value * std::exp(-two_sided_95 * deviation);
    c.high = c.value * std::exp(two_sided_95 * deviation);
    if (deviation > says_little * prior.deviation)
      law.refused.push_back({name, "is its prior: the data leave " + to_text(deviation / prior.deviation, 2) +
                                       " of the prior's deviation"});
  }
  law.coefficients.push_back(std::move(c));
}

stats::Parameter logarithm(double start, double median, double most, const std::string& name) {
  return {std::log(start), std::log(least_of_median * median), std::log(most), 0.3, name};
}

// Where a parameter of this name starts: at the nearby law's, else at its prior.
double start_of(const Law* near, const std::string& name, double median) {
  if (near != nullptr) {
    for (const Coefficient& c : near->coefficients) {
      if (c.name == name) return c.value;
    }
  }
  return median;
}

// Everything but what several GPUs add.
Status fit_one_gpu(const Fitting& f, const Law* near, Law& law) {
  std::vector<stats::Parameter> parameters;
  std::vector<Prior> priors;
  for (std::size_t k = 0; k < on_one_gpu; ++k) {
    const double start = start_of(near, shared[k].name, shared[k].median);
    parameters.push_back(logarithm(start, shared[k].median, shared[k].most, shared[k].name));
    priors.push_back({std::log(shared[k].median), shared[k].deviation});
  }
  const std::size_t first_host = parameters.size();
  for (const std::string& host : f.hosts.names) {
    const double start = start_of(near, launch_prefix + host, launch_median);
    parameters.push_back(logarithm(start, launch_median, 1e-3, launch_prefix + host));
    priors.push_back({std::log(launch_median), launch_deviation});
  }
  const std::size_t first_card = parameters.size();
  for (const std::string& card : f.cards.names) {
    const bool known = near != nullptr && near->cards.contains(card);
    for (const CardFacts& d : deviations) {
      parameters.push_back({known ? near->cards.at(card).*d.member : 0.0, -1.5, 1.5, 0.2, card});
      priors.push_back({0.0, d.deviation});
    }
  }
  const auto parameters_of = [&](std::span<const double> p, const Case& c) {
    Roofline r;
    for (std::size_t k = 0; k < on_one_gpu; ++k) r.*shared[k].member = std::exp(p[k]);
    r.t_launch = std::exp(p[first_host + c.host]);
    for (std::size_t d = 0; d < deviations.size(); ++d)
      r.*deviations[d].factor = std::exp(p[first_card + deviations.size() * c.card + d]);
    return r;
  };
  auto p = minimise(f, parameters, priors, parameters_of);
  if (!p) return forward(p);
  for (std::size_t k = 0; k < shared.size(); ++k) {
    if (k < on_one_gpu) {
      add_coefficient(shared[k].name, shared[k].unit, *p, k, priors[k], law);
    } else {
      law.coefficients.push_back({shared[k].name, shared[k].unit, shared[k].median, {}, {}, {}, {}});
    }
  }
  double sum = 0.0;
  for (std::size_t h = 0; h < f.hosts.names.size(); ++h) sum += p->parameters[first_host + h];
  law.coefficients.push_back({std::string(launch_prefix) + any_host,
                              "s",
                              std::exp(sum / static_cast<double>(f.hosts.names.size())),
                              {},
                              {},
                              {},
                              {}});
  for (std::size_t h = 0; h < f.hosts.names.size(); ++h)
    add_coefficient(launch_prefix + f.hosts.names[h], "s", *p, first_host + h, priors[first_host + h], law);
  for (std::size_t k = 0; k < f.cards.names.size(); ++k) {
    for (std::size_t d = 0; d < deviations.size(); ++d)
      law.cards[f.cards.names[k]].*deviations[d].member = p->parameters[first_card + deviations.size() * k + d];
  }
  return {};
}

// The link, the exchange and its power, with all else held. Three numbers against many rows: a misfit of each model
// beside them would take what is the link's (out of sample .126 instead of .122).
Status fit_several_gpus(const Fitting& f, const Law* near, Law& law) {
  std::vector<stats::Parameter> parameters;
  std::vector<Prior> priors;
  for (std::size_t k = on_one_gpu; k < shared.size(); ++k) {
    const double start = start_of(near, shared[k].name, shared[k].median);
    parameters.push_back(logarithm(start, shared[k].median, shared[k].most, shared[k].name));
    priors.push_back({std::log(shared[k].median), shared[k].deviation});
  }
  const auto parameters_of = [&](std::span<const double> p, const Case& c) {
    Roofline r = parameters_for(law, *c.observation);
    for (std::size_t k = on_one_gpu; k < shared.size(); ++k) r.*shared[k].member = std::exp(p[k - on_one_gpu]);
    return r;
  };
  auto p = minimise(f, parameters, priors, parameters_of, false);
  if (!p) return forward(p);
  Law several;
  for (std::size_t k = on_one_gpu; k < shared.size(); ++k) {
    add_coefficient(shared[k].name, shared[k].unit, *p, k - on_one_gpu, priors[k - on_one_gpu], several);
    law.coefficients[k] = several.coefficients.back();
  }
  law.refused.insert(law.refused.end(), several.refused.begin(), several.refused.end());
  return {};
}

Result<Law> fit_from(std::span<const Observation> observations, const Law* near) {
  std::vector<Observation> one, several;
  for (const Observation& o : observations) {
    if (usable(o, false)) one.push_back(o);
    if (usable(o, true)) several.push_back(o);
  }
  if (one.empty()) return fail(ErrorCode::unidentifiable, "fitting the roofline: no row is of one GPU");
  Law law;
  if (auto status = fit_one_gpu(prepare(one), near, law); !status) return forward(status);
  if (!several.empty()) {
    if (auto status = fit_several_gpus(prepare(several), near, law); !status) return forward(status);
  }
  return law;
}

Result<Law> fit(std::span<const Observation> observations) { return fit_from(observations, nullptr); }
Result<Law> refit(std::span<const Observation> observations, const Law& near) { return fit_from(observations, &near); }

Result<Central> predict(const Law& law, const Observation& o) {
  auto p = roofline_of(law, o);
  if (!p) return forward(p);
  return central_of(*p, roofline_case(o), o);
}

// How far few rows move a card, of its prior's deviation: the law has the population's word on a new one, and that of
// many rows on one it has measured.
constexpr double new_card = 0.5, known_card = 1.0 / 3.0;

double launch_of(const Law& law, const std::string& host) {
  Observation o;
  o.source = host;
  return parameters_for(law, o).t_launch;
}

Result<Law> update(const Law& old, std::span<const Observation> observations) {
  std::vector<Observation> rows;
  for (const Observation& o : observations) {
    if (usable(o, false)) rows.push_back(o);
  }
  if (rows.empty()) return fail(ErrorCode::unidentifiable, "updating the roofline: no row is of one GPU");
  const Fitting f = prepare(rows);
  std::vector<stats::Parameter> parameters;
  std::vector<Prior> priors;
  for (const std::string& host : f.hosts.names) {
    const double start = launch_of(old, host);
    parameters.push_back(logarithm(start, launch_median, 1e-3, launch_prefix + host));
    priors.push_back({std::log(start), launch_deviation});
  }
  const std::size_t first_card = parameters.size();
  for (const std::string& card : f.cards.names) {
    const auto known = old.cards.find(card);
    for (const CardFacts& d : deviations) {
      const double start = known == old.cards.end() ? 0.0 : known->second.*d.member;
      parameters.push_back({start, -1.5, 1.5, 0.2, card});
      priors.push_back({start, d.deviation * (known == old.cards.end() ? new_card : known_card)});
    }
  }
  const auto parameters_of = [&](std::span<const double> p, const Case& c) {
    Roofline r = parameters_for(old, *c.observation);
    r.t_launch = std::exp(p[c.host]);
    for (std::size_t d = 0; d < deviations.size(); ++d)
      r.*deviations[d].factor = std::exp(p[first_card + deviations.size() * c.card + d]);
    return r;
  };
  auto p = minimise(f, parameters, priors, parameters_of);
  if (!p) return forward(p);
  Law law = old;
  for (std::size_t h = 0; h < f.hosts.names.size(); ++h) {
    const std::string name = launch_prefix + f.hosts.names[h];
    auto place = std::find_if(law.coefficients.begin(), law.coefficients.end(),
                              [&name](const Coefficient& c) { return c.name == name; });
    if (place == law.coefficients.end()) place = law.coefficients.insert(place, {name, "s", 0.0, {}, {}, {}, {}});
    place->value = std::exp(p->parameters[h]);
  }
  for (std::size_t k = 0; k < f.cards.names.size(); ++k) {
    for (std::size_t d = 0; d < deviations.size(); ++d)
      law.cards[f.cards.names[k]].*deviations[d].member = p->parameters[first_card + deviations.size() * k + d];
  }
  return law;
}

}  // namespace

Form roofline() {
  Form form{"roofline", "energy roofline over operators: compute, memory, launches, static power, power cap; by card",
            false,      fit,
            predict,    0};
  form.between_cards_prior = 0.15;
  form.refit = refit;
  form.update = update;
  return form;
}

}  // namespace diffjoule::law
