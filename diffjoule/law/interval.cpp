// SPDX-FileCopyrightText: The diffjoule authors
// SPDX-License-Identifier: Apache-2.0
#include "diffjoule/law/interval.h"

#include <algorithm>
#include <cmath>

#include "diffjoule/stats/distributions.h"
#include "diffjoule/units/text.h"

namespace diffjoule::law {
namespace {

constexpr double between_laboratories = 0.10;
constexpr double unseen_model = 0.15;   // assumed: of a law of one device, which left out configurations, not models
constexpr double outside = 0.25;        // deviation for each factor e beyond the domain
constexpr double worth_saying = 0.005;  // ln: nearer than this is inside

double quantile(double dof) {
  // Laws are used again and again with the same degrees of freedom.
  thread_local double last_dof = -1.0, last = 0.0;
  if (dof != last_dof) {
    last = stats::student_t_quantile(0.5 + interval_level / 2.0, dof);
    last_dof = dof;
  }
  return last;
}

// How far, in ln, a value is beyond a range.
double beyond(double value, const Axis& axis) {
  if (value < axis.low) return std::log(axis.low / value);
  if (value > axis.high) return std::log(value / axis.high);
  return 0.0;
}

double outside_variance(const Law& law, const Observation& o, std::vector<std::string>& said) {
  double variance = 0.0;
  for (std::size_t k = 0; k < law.domain.size() && k < domain_axes().size(); ++k) {
    const double value = domain_axes()[k].value(o);
    const double distance = beyond(value, law.domain[k]);
    if (distance < worth_saying) continue;
    variance += (outside * distance) * (outside * distance);
    said.push_back(law.domain[k].name + " " + to_text(value, 3) + (value < law.domain[k].low ? " below " : " above ") +
                   to_text(law.domain[k].low, 3) + " to " + to_text(law.domain[k].high, 3));
  }
  return variance;
}

}  // namespace

const std::vector<DomainAxis>& domain_axes() {
  static const std::vector<DomainAxis> axes{
      {"TFLOP per item", [](const Observation& o) { return o.flops_per_item().in(1e12 * flop); }},
      {"pixels", [](const Observation& o) { return o.pixels; }},
      {"steps", [](const Observation& o) { return o.steps; }},
      {"batch", [](const Observation& o) { return o.batch; }},
      {"GPUs", [](const Observation& o) { return o.devices; }},
  };
  return axes;
}

Result<Prediction> predict(const Form& form, const Law& law, const Observation& o) {
  const auto central = form.predict(law, o);
  if (!central) return tl::unexpected<Error>(central.error());
  Prediction p;
  p.card_unseen = !law.cards.contains(o.gpu) && !law.cards.contains(o.card) && !law.gpu_intercepts.contains(o.gpu);
  const bool known_laboratory = std::find(law.sources.begin(), law.sources.end(), o.source) != law.sources.end();
  const double laboratory = known_laboratory || form.one_device ? 0.0 : between_laboratories;
  const bool known_model = std::find(law.models.begin(), law.models.end(), o.model) != law.models.end();
  const double model = known_model || !form.one_device ? 0.0 : unseen_model;
  const double shared = laboratory * laboratory + model * model + o.device.spread * o.device.spread / 3.0 +
                        outside_variance(law, o, p.extrapolations);
  const auto half_width = [&](const Spread& spread, double between_cards) {
    const double card = p.card_unseen ? between_cards * between_cards : 0.0;
    p.deviation = std::sqrt(spread.deviation * spread.deviation + shared + card);
    const double t = quantile(spread.degrees_of_freedom);
    if (!spread.half_width) return t * p.deviation;
    return std::sqrt(*spread.half_width * *spread.half_width + t * t * (shared + card));
  };
  const bool several = o.devices > 1.0;
  const auto& time_spread = several && law.several_time_spread ? law.several_time_spread : law.time_spread;
  const auto& energy_spread = several && law.several_energy_spread ? law.several_energy_spread : law.energy_spread;
  if (central->latency_per_batch && time_spread) {
    const double half = half_width(*time_spread, law.between_cards_time);
    p.duration_low = std::exp(-half) * *central->latency_per_batch;
    p.duration_high = std::exp(half) * *central->latency_per_batch;
  }
  p.duration = central->latency_per_batch;
  const double half = half_width(energy_spread.value_or(Spread{0.25, 3.0}), law.between_cards);
  p.energy = central->energy_per_item;
  p.energy_low = std::exp(-half) * p.energy;
  p.energy_high = std::exp(half) * p.energy;
  return p;
}

}  // namespace diffjoule::law
