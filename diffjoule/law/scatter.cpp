// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/scatter.h"

#include <cmath>
#include <map>
#include <tuple>

#include "diffjoule/law/groups.h"
#include "diffjoule/stats/summary.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {
namespace {

std::optional<double> log_measured(const Subject& s, std::size_t row) {
  const Measured& m = s.rows[row].measured;
  if (s.of == "time")
    return m.latency_per_batch ? std::optional(std::log(m.latency_per_batch->in(second))) : std::nullopt;
  return m.energy_per_item ? std::optional(std::log(m.energy_per_item->in(joule))) : std::nullopt;
}

// Sums over rows, each with its group's weight.
struct Sums {
  double weight = 0.0, residual = 0.0;
  double y = 0.0, squares = 0.0;                  // of ln(measured)
  double per_flop = 0.0, per_flop_squares = 0.0;  // of ln(measured / FLOPs)
  std::size_t rows = 0;
  [[nodiscard]] double around() const { return squares - y * y / weight; }
  [[nodiscard]] double around_per_flop() const { return per_flop_squares - per_flop * per_flop / weight; }
};

}  // namespace

Looked quality_by_gpu(const Subject& s) {
  Looked all;
  constexpr double enough = 0.9;
  constexpr std::size_t fewest = 5;
  const std::vector<double> weights = group_weights(s.rows);
  std::map<std::string, Sums> gpus;
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    const auto y = log_measured(s, i);
    if (!y || !s.residuals[i]) continue;
    Sums& g = gpus[s.rows[i].gpu];
    g.weight += weights[i];
    g.y += weights[i] * *y;
    g.squares += weights[i] * *y * *y;
    const double per_flop = *y - std::log(s.rows[i].flops_per_item().in(flop));
    g.per_flop += weights[i] * per_flop;
    g.per_flop_squares += weights[i] * per_flop * per_flop;
    g.residual += weights[i] * *s.residuals[i] * *s.residuals[i];
    ++g.rows;
  }
  for (const auto& [gpu, g] : gpus) {
    if (g.rows < fewest || !(g.around() > 0.0)) {
      all.notes.push_back("R2 on one GPU, " + s.of + ": " + gpu + " has " + std::to_string(g.rows) +
                          " rows, too few or all alike");
      continue;
    }
    const double r2 = 1.0 - g.residual / g.around();
    Symptom symptom{.look = Look::quality, .of = s.of, .where = gpu};
    symptom.units = g.rows;
    symptom.flagged = symptom.jointly = r2 < enough;
    const std::string per_flop =
        s.of == "energy" ? " (of energy a FLOP: " + to_text(1.0 - g.residual / g.around_per_flop(), 2) + ")" : "";
    symptom.seen = "R2 " + to_text(r2, 3) + per_flop + " over " + std::to_string(g.rows) + " rows; deviation " +
                   to_text(std::sqrt(g.residual / g.weight), 2) + " of " +
                   to_text(std::sqrt(g.around() / g.weight), 2) + " in ln";
    if (symptom.flagged) {
      symptom.points_to = "counts of other work than was run, or noise of the power meter";
      symptom.advice =
          "check steps, size, guidance and dtype of its rows (lint), then the length of the runs: a meter "
          "read once a second needs a minute";
    }
    all.symptoms.push_back(std::move(symptom));
  }
  return all;
}

Looked repeat_noise(const Subject& s) {
  Looked all;
  using Case = std::tuple<std::string, double, double, double, bool, bool, double>;
  std::map<std::string, std::map<Case, std::vector<double>>> sources;
  std::map<std::string, std::map<std::string, std::vector<double>>> misfits;
  for (std::size_t i = 0; i < s.rows.size(); ++i) {
    const auto y = log_measured(s, i);
    if (!y || !s.residuals[i]) continue;
    const Observation& o = s.rows[i];
    sources[o.source][{group_of(o), o.batch, o.steps, o.pixels, o.guided, o.float32, o.flops_per_item().in(flop)}]
        .push_back(*y);
    misfits[o.source][group_of(o)].push_back(*s.residuals[i]);
  }
  std::string alone;
  for (const auto& [source, cases] : sources) {
    double squares = 0.0, dof = 0.0, misfit = 0.0;
    for (const auto& [what, values] : cases) {
      const double mean = stats::mean(values);
      for (const double v : values) squares += (v - mean) * (v - mean);
      dof += static_cast<double>(values.size()) - 1.0;
    }
    if (dof == 0.0) {
      alone += (alone.empty() ? "" : ", ") + source;
      continue;
    }
    for (const auto& [group, residuals] : misfits[source]) misfit += std::pow(stats::mean(residuals), 2);
    const double noise = std::sqrt(squares / dof), groups = static_cast<double>(misfits[source].size());
    constexpr double concern = 0.05;
    Symptom symptom{.look = Look::noise, .of = s.of, .where = source};
    symptom.units = static_cast<std::size_t>(dof);
    symptom.flagged = symptom.jointly = noise > concern;
    symptom.seen = "repeats scatter by " + to_text(noise, 2) + " in ln (" + count_text(dof) + " degrees of freedom)" +
                   (groups > 0.0 ? "; misfit of groups " + to_text(std::sqrt(misfit / groups), 2) : "");
    if (symptom.flagged) {
      symptom.points_to = "measurement noise: no law can be nearer to one row than this";
      symptom.advice = "measure longer, warm up first, and let the mean of repeats be the row";
    }
    all.symptoms.push_back(std::move(symptom));
  }
  if (!alone.empty()) all.notes.push_back("repeated rows, " + s.of + ": none of " + alone);
  return all;
}

}  // namespace diffjoule::law
